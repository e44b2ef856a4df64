package dev.cistern.volume.rest;

import dev.cistern.common.message.WipeAlgorithm;
import org.jspecify.annotations.Nullable;

/**
 * A request to wipe as JSON.
 *
 * @param algorithm zero if absent
 */
public record WipeJson(@Nullable String algorithm) {
    static WipeAlgorithm of(@Nullable WipeJson wipe) {
        return wipe == null || wipe.algorithm == null
                ? WipeAlgorithm.ZERO
                : WipeAlgorithm.of(wipe.algorithm);
    }
}
