package dev.cistern.common.operation;

import java.util.UUID;

/**
 * What an operation needs to have to itself, or to share with readers.
 *
 * @param resource a row of the service's table of resources
 * @param exclusive for a writer
 */
public record Claim(UUID resource, boolean exclusive) {
    /** A writer's claim. */
    public static Claim exclusive(UUID resource) {
        return new Claim(resource, true);
    }

    /** A reader's claim. */
    public static Claim shared(UUID resource) {
        return new Claim(resource, false);
    }
}
