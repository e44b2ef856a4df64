package dev.cistern.common.message;

import java.util.UUID;

/**
 * A snapshot that is a file of its own, as a worker found it.
 *
 * @param allocation bytes that the host spends on its files; those that it shares with others too
 */
public record KeptFile(UUID snapshot, long allocation) {}
