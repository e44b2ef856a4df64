package dev.cistern.common.message;

/**
 * What an image is to be like that has the content of another.
 *
 * @param options beyond its format
 * @param capacity bytes that a guest will see, if the content has not more
 */
public record ImageShape(ImageOptions options, long capacity) {}
