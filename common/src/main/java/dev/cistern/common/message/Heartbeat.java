package dev.cistern.common.message;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A worker's sign of life, once a second.
 *
 * @param worker its name, the same across restarts
 * @param incarnation new for every start of the process
 * @param groups the worker groups that it belongs to
 * @param running what it has taken and whose result is not yet sent, and what it sent within the
 *     last seconds
 * @param pools those that it has worked on and that were not stopped since
 */
public record Heartbeat(
        String worker,
        UUID incarnation,
        List<String> groups,
        String version,
        Instant at,
        Slots metadata,
        Slots bulk,
        List<Running> running,
        List<Reach> pools) {
    /** Messages of older workers have no {@code pools}. */
    @SuppressWarnings("ConstantValue")
    public Heartbeat {
        pools = pools == null ? List.of() : List.copyOf(pools);
    }

    /** A sign of life of a worker that reaches no pool. */
    public Heartbeat(
            String worker,
            UUID incarnation,
            List<String> groups,
            String version,
            Instant at,
            Slots metadata,
            Slots bulk,
            List<Running> running) {
        this(worker, incarnation, groups, version, at, metadata, bulk, running, List.of());
    }

    /**
     * How a worker finds a pool's folder.
     *
     * @param reachable whether it is there, is the pool's, and answers
     * @param abilities of its file system; null while unknown
     */
    public record Reach(UUID pool, boolean reachable, @Nullable Abilities abilities) {}

    /**
     * What a file system was found able to do.
     *
     * @param fileSystem its name, or its magic number in hex
     * @param reflink whether files can share their blocks
     * @param holes whether space in the middle of a file can be given back
     * @param locks whether locks of open file descriptions are kept
     * @param directIo whether files can be opened past the cache (O_DIRECT)
     */
    public record Abilities(
            String fileSystem, boolean reflink, boolean holes, boolean locks, boolean directIo) {}

    /**
     * Room in one lane.
     *
     * @param total commands at once
     * @param free commands that could start now
     */
    public record Slots(int total, int free) {}

    /**
     * One operation in hand.
     *
     * @param bytesDone 0 while unknown
     * @param bytesTotal 0 while unknown
     * @param url where a client has its part in it, on this worker; null if none has, or not now
     */
    public record Running(
            UUID operation,
            int attempt,
            Owner owner,
            String stage,
            long bytesDone,
            long bytesTotal,
            @Nullable String url) {
        /** One that no client has a part in. */
        public Running(
                UUID operation,
                int attempt,
                Owner owner,
                String stage,
                long bytesDone,
                long bytesTotal) {
            this(operation, attempt, owner, stage, bytesDone, bytesTotal, null);
        }
    }

    /** The room in a lane. */
    public Slots slots(Lane lane) {
        return switch (lane) {
            case METADATA -> metadata;
            case BULK -> bulk;
        };
    }
}
