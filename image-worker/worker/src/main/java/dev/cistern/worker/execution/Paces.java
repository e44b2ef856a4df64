package dev.cistern.worker.execution;

import dev.cistern.common.message.CommandMessage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** How fast commands may copy: each by itself, and all on one pool together. Thread-safe. */
public final class Paces {
    private final Limits limits;
    private final Map<UUID, Pace> pools = new ConcurrentHashMap<>();

    /**
     * Bytes a second; 0 for as fast as it goes.
     *
     * @param operation of each command
     * @param pool of all commands of this worker on a pool together
     */
    public record Limits(long operation, long pool) {
        /** As fast as it goes. */
        public static final Limits NONE = new Limits(0, 0);

        /** Checks. */
        public Limits {
            if (operation < 0 || pool < 0) {
                throw new IllegalArgumentException(
                        "cistern.worker.bytes-per-second.operation is %d and .pool is %d: neither may be below 0, which is no limit"
                                .formatted(operation, pool));
            }
        }
    }

    /** Paces with these limits. */
    public Paces(Limits limits) {
        this.limits = limits;
    }

    /** That of one command: the narrower of its own limit and ours, and that of its pool. */
    OfCommand of(CommandMessage message) {
        var asked = message.maxBytesPerSecond() == null ? 0 : message.maxBytesPerSecond();
        var own =
                LongStream.of(asked, limits.operation()).filter(limit -> limit > 0).min().stream()
                        .mapToObj(Pace::new);
        var shared =
                limits.pool() == 0
                        ? Stream.<Pace>empty()
                        : Stream.of(
                                pools.computeIfAbsent(
                                        message.command().pool().poolId(),
                                        _ -> new Pace(limits.pool())));
        return new OfCommand(Stream.concat(own, shared).toList());
    }

    /** The paces that a command keeps to. */
    record OfCommand(List<Pace> paces) {
        Duration after(long bytes) {
            return paces.stream()
                    .map(pace -> pace.after(bytes))
                    .max(Duration::compareTo)
                    .orElse(Duration.ZERO);
        }
    }
}
