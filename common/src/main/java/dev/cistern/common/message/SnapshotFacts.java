package dev.cistern.common.message;

import java.time.Instant;

/**
 * A snapshot as a worker found it.
 *
 * @param id what the image knows it by; for qcow2 a number, given anew when the last one is deleted
 * @param name what its maker has called it; need not be unique
 * @param taken when; together with the name it tells one snapshot from another
 * @param capacity bytes that a guest sees in it
 * @param stateBytes length of the machine state saved with it, 0 for none
 */
public record SnapshotFacts(
        String id, String name, Instant taken, long capacity, long stateBytes) {}
