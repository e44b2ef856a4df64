package dev.cistern.common.operation;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * On which terms a request is to have its effect.
 *
 * @param key by which it is known when it comes again, or null
 * @param precondition what must hold when it is accepted, or null
 * @param maxBytesPerSecond how fast its work may copy, or null for as fast as it can
 */
public record Terms(
        @Nullable Key key, @Nullable Precondition precondition, @Nullable Long maxBytesPerSecond) {
    /** No terms. */
    public static final Terms NONE = new Terms(null, null, null);

    /**
     * An {@code Idempotency-Key}.
     *
     * @param name chosen by the caller, of its own among those of its tenant
     * @param fingerprint tells whether another request with the key is the same
     */
    public record Key(String name, String fingerprint) {}

    /**
     * An {@code If-Match} (RFC 9110, 13.1.1).
     *
     * @param resource the name or id in the path of the request
     * @param tags entity tags of which one must be that of the resource; empty for any
     */
    public record Precondition(String resource, Set<String> tags) {
        /** Copies the tags. */
        public Precondition {
            tags = Set.copyOf(tags);
        }
    }

    /** The same once the precondition is known to hold. */
    public Terms met() {
        return precondition == null ? this : new Terms(key, null, maxBytesPerSecond);
    }
}
