package dev.cistern.common.message;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * A worker's sign of life, once a second.
 *
 * @param worker its name, the same across restarts
 * @param incarnation new for every start of the process
 * @param groups the worker groups that it belongs to
 * @param running what it has taken and whose result is not yet sent, and what it sent within the
 *     last seconds
 */
public record Heartbeat(
        String worker,
        UUID incarnation,
        List<String> groups,
        String version,
        Instant at,
        Slots metadata,
        Slots bulk,
        List<Running> running) {

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
     */
    public record Running(
            UUID operation,
            int attempt,
            Owner owner,
            String stage,
            long bytesDone,
            long bytesTotal) {}

    /** The room in a lane. */
    public Slots slots(Lane lane) {
        return switch (lane) {
            case METADATA -> metadata;
            case BULK -> bulk;
        };
    }
}
