package dev.cistern.common.http;

/** A representation that is answered with its entity tag. */
public interface Tagged {}
