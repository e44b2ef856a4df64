package dev.cistern.common.operation;

import dev.cistern.common.message.Heartbeat;
import dev.cistern.common.operation.Fleet.Mention;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Remembers what was last written down of the progress of operations, and how fast they go. All
 * times are {@link System#nanoTime}; for one thread.
 */
final class ProgressNotes {
    /** What the latest second counts in the rate; the rest is what was before. */
    private static final double LATEST = 0.3;

    private static final double NANOS = 1e9;

    private final Map<UUID, Note> notes = new HashMap<>();

    /**
     * What is known of an operation.
     *
     * @param bytesPerSecond 0 while unknown
     */
    record Note(Heartbeat.Running running, long at, long bytesPerSecond) {
        static Note first(Mention mention) {
            return new Note(mention.running(), mention.at(), 0);
        }

        Note followedBy(Mention mention) {
            var seconds = (mention.at() - at) / NANOS;
            var moved = mention.running().bytesDone() - running.bytesDone();
            if (seconds <= 0 || moved < 0 || mention.running().attempt() != running.attempt()) {
                return first(mention);
            }
            var latest = moved / seconds;
            var rate =
                    bytesPerSecond == 0 ? latest : LATEST * latest + (1 - LATEST) * bytesPerSecond;
            return new Note(mention.running(), mention.at(), Math.round(rate));
        }

        private boolean tellsTheSameAs(Note other) {
            return running.equals(other.running) && bytesPerSecond == other.bytesPerSecond;
        }
    }

    /** What a worker's word adds to what is written down, or null for nothing. */
    @Nullable Note news(UUID operation, Mention mention) {
        var before = notes.get(operation);
        if (before == null) {
            return Note.first(mention);
        }
        if (mention.at() == before.at()) {
            return null;
        }
        var now = before.followedBy(mention);
        return now.tellsTheSameAs(before) ? null : now;
    }

    /** It is written down. */
    void written(UUID operation, Note note) {
        notes.put(operation, note);
    }

    /** Forgets all others. */
    void keep(Collection<UUID> operations) {
        notes.keySet().retainAll(operations);
    }
}
