package dev.cistern.common.message;

/** The service that accepted an operation and consumes its results. */
public enum Owner {
    POOL,
    VOLUME
}
