package dev.cistern.worker.command;

import dev.cistern.common.message.FileFacts;
import dev.cistern.image.storage.FileStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the last scans of this worker have found, so that a file that has not changed since is not
 * opened again. Thread-safe.
 */
final class ScanMemory {
    /** Some 60 MB at most. */
    private static final int MOST_FILES = 100_000;

    private final LinkedHashMap<UUID, Listing> listings = new LinkedHashMap<>();

    /**
     * One scan.
     *
     * @param scan its operation
     * @param files by name
     */
    record Listing(UUID scan, Map<String, Known> files) {
        static final Listing NONE = new Listing(new UUID(0, 0), Map.of());
    }

    /**
     * A file.
     *
     * @param status when it was looked at; null if it does not tell whether the facts are still so:
     *     the file may have been written to in the same tick of the file system's clock
     */
    record Known(@Nullable FileStatus status, FileFacts facts) {
        /** Longer than any file system's clock takes from tick to tick; two seconds on FAT. */
        private static final Duration TICK = Duration.ofSeconds(3);

        static Known of(FileStatus status, FileFacts facts, Instant lookedAt) {
            var settled = status.changed().isBefore(lookedAt.minus(TICK));
            return new Known(settled ? status : null, facts);
        }

        /** Of an image of several files, whose own file does not show what the others spend. */
        static Known ofSeveral(FileFacts facts) {
            return new Known(null, facts);
        }

        /** The same file as a part of an image, or of none. */
        Known asPartOf(@Nullable String image) {
            return new Known(status, facts.asPartOf(image));
        }

        boolean isAsBefore(FileStatus now) {
            return now.equals(status);
        }
    }

    /** The last scan of a pool. */
    synchronized Listing of(UUID pool) {
        return listings.getOrDefault(pool, Listing.NONE);
    }

    /** Remembers a scan in place of an earlier one, and forgets the oldest of others if need be. */
    synchronized void keep(UUID pool, Listing listing) {
        listings.remove(pool);
        listings.put(pool, listing);
        var files = listings.values().stream().mapToInt(each -> each.files().size()).sum();
        var oldest = listings.values().iterator();
        while (files > MOST_FILES && oldest.hasNext()) {
            files -= oldest.next().files().size();
            oldest.remove();
        }
    }
}
