package dev.cistern.volume.rest;

import org.jspecify.annotations.Nullable;

/**
 * A request to adopt an orphan, as JSON.
 *
 * @param name that the file is to have; the one that it had if absent
 */
public record OrphanJson(@Nullable String name) {}
