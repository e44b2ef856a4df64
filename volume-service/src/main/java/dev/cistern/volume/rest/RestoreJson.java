package dev.cistern.volume.rest;

import org.jspecify.annotations.Nullable;

/**
 * A request to come back from the trash, as JSON.
 *
 * @param name that the volume is to have; the one that it had if absent
 */
public record RestoreJson(@Nullable String name) {}
