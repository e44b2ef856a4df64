package dev.cistern.image;

import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;

/**
 * A snapshot inside an image.
 *
 * @param id unique in the image
 * @param capacity bytes that a guest sees in it
 * @param taken when
 * @param clock how long the guest had been running
 * @param stateBytes length of the machine state saved with it, 0 for none
 * @param instructions how many of them the guest had executed, if that was counted
 */
public record SnapshotInfo(
        String id,
        String name,
        long capacity,
        Instant taken,
        Duration clock,
        long stateBytes,
        OptionalLong instructions) {}
