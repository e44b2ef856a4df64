package dev.cistern.common.message;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot that a command is about.
 *
 * @param id what services know it by
 * @param name what the image calls it
 * @param taken when, to the microsecond; together with the name it tells one from another
 * @param imageId what the image knows it by, or null before it is there
 */
public record SnapshotRef(UUID id, String name, Instant taken, @Nullable String imageId) {}
