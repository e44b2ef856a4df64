package dev.cistern.volume;

import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A volume and its file that do not go together any more, or a file of Cistern's own folder that
 * nobody owns.
 *
 * @param position place in lists
 * @param id of the volume if there is one, else of the leftover
 * @param name in the pool's folder, or in Cistern's own
 * @param path from the root on, on the nodes of the pool
 * @param owner the volume that it is about, or the volume or operation whose leftover it is
 * @param allocation bytes that the host spends on the file
 * @param inode of the file; null without a file
 * @param modified mtime of the file, as far as it is known
 * @param kept whether a leftover is a file that a volume could be restored from
 */
public record Orphan(
        long position,
        UUID id,
        Kind kind,
        UUID poolId,
        String pool,
        String name,
        String path,
        UUID owner,
        long size,
        long allocation,
        @Nullable Long inode,
        @Nullable Instant modified,
        boolean kept) {

    /** What is amiss. */
    public enum Kind {
        /** A volume whose file is not there. */
        MISSING("the file of the volume is not there"),
        /** A volume whose file is another one by now. */
        DRIFTED("the file is not the one that the volume had, or was changed from outside"),
        /** A volume whose file cannot be read as an image. */
        UNREADABLE("the file cannot be read as an image"),
        /** A file that was put aside. */
        QUARANTINED("the file was put aside"),
        /** A file that nobody knows. */
        LEFTOVER("nobody knows the file");

        private final String reason;

        Kind(String reason) {
            this.reason = reason;
        }

        /** In words. */
        public String reason() {
            return reason;
        }

        /** As in the API. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What can be done about it. */
    public enum Remedy {
        /** The file becomes the volume's, or a volume. */
        ADOPT("adopted"),
        /** The file is put aside, and can be restored. */
        QUARANTINE("quarantined"),
        /** File and volume go for good. */
        PURGE("purged");

        private final String done;

        Remedy(String done) {
            this.done = done;
        }

        /** As in the API. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What can be done about it. What users can see is put aside before it can go. */
    public List<Remedy> remedies() {
        return switch (kind) {
            case MISSING -> List.of(Remedy.PURGE);
            case DRIFTED -> List.of(Remedy.ADOPT, Remedy.QUARANTINE);
            case UNREADABLE -> List.of(Remedy.QUARANTINE);
            case QUARANTINED -> List.of(Remedy.ADOPT, Remedy.PURGE);
            case LEFTOVER -> kept ? List.of(Remedy.ADOPT, Remedy.PURGE) : List.of(Remedy.PURGE);
        };
    }

    /**
     * Refuses what cannot be done.
     *
     * @throws ProblemException with what can
     */
    public void require(Remedy remedy) {
        if (!remedies().contains(remedy)) {
            throw new ProblemException(
                    ProblemCode.VOLUME_STATE,
                    "orphan %s (%s) cannot be %s, as %s; it can be %s"
                            .formatted(
                                    id,
                                    path,
                                    remedy.done,
                                    kind.reason,
                                    String.join(
                                            " or ",
                                            remedies().stream().map(each -> each.done).toList())));
        }
    }
}
