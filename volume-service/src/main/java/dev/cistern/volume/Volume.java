package dev.cistern.volume;

import dev.cistern.common.message.ImageEncryption;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.ImageRef;
import dev.cistern.common.message.Permissions;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A volume as its row has it.
 *
 * @param position place in lists
 * @param pool the pool's name, and {@code poolPath} its folder
 * @param capacity bytes that a guest sees
 * @param allocation bytes that the host spends, as last seen
 * @param missing the file was not there at the last look
 * @param drifted another file is under the name, or its format, size or backing file were changed
 *     from outside
 * @param fault why the file cannot be read as an image, or null
 * @param inode of the file, as created or adopted; null before
 * @param generation counts the changes that were commanded
 * @param busy an operation on it has not ended
 * @param unsettled an ended operation may still have an effect
 * @param lastCheck null if there was none
 * @param labels what users say of it, for finding it again
 * @param description in words; empty without
 * @param baseMissing the image that it builds on is not among the volumes of its pool
 * @param quarantined its file was put aside as an orphan, until someone asks for it
 * @param encryption of its content; null if it is not encrypted
 */
public record Volume(
        UUID id,
        long position,
        UUID poolId,
        String pool,
        String poolPath,
        String name,
        String tenant,
        String format,
        long capacity,
        long allocation,
        VolumeState state,
        boolean missing,
        boolean drifted,
        @Nullable String fault,
        @Nullable String backingFile,
        @Nullable String backingFormat,
        @Nullable Long inode,
        Permissions permissions,
        long generation,
        Instant createdAt,
        Instant updatedAt,
        boolean busy,
        boolean unsettled,
        @Nullable LastCheck lastCheck,
        Map<String, String> labels,
        String description,
        boolean baseMissing,
        boolean quarantined,
        @Nullable ImageEncryption encryption) {
    /** The generation of a volume that no change was commanded of. */
    public static final long FIRST_GENERATION = 1;

    /**
     * What the last check of its image found.
     *
     * @param corruptions what may lose data, or has, or could not be looked at
     * @param leaks clusters that are taken but of no use
     */
    public record LastCheck(Instant at, long corruptions, long leaks) {}

    /** Absolute path of its file on the nodes of its pool. */
    public String path() {
        return poolPath + "/" + name;
    }

    /** Its file, as commands name it. */
    public ImageRef image() {
        return new ImageRef(name, format, inode, encryption == null ? null : encryption.secret());
    }

    /**
     * Refuses what needs the volume's content in the clear.
     *
     * @throws ProblemException if it is encrypted and nobody has said with which secret
     */
    public void requireReadable() {
        Origin.of(this, ImageOptions.USUAL).requireReadable();
    }

    /**
     * Refuses what needs the volume's file.
     *
     * @throws ProblemException if it has none that is known to be its own
     */
    public void requireFile() {
        if (state != VolumeState.AVAILABLE) {
            throw new ProblemException(
                    ProblemCode.VOLUME_STATE,
                    "volume '%s' is %s; it must be available".formatted(name, state.text()));
        }
        if (missing) {
            throw new ProblemException(
                    ProblemCode.VOLUME_MISSING,
                    "the file of volume '%s' was not there at the last look: put it back and refresh the pool, or delete the volume"
                            .formatted(name));
        }
        if (drifted) {
            throw new ProblemException(
                    ProblemCode.VOLUME_DRIFTED,
                    "the file of volume '%s' was replaced or changed from outside: put the old one back and refresh the pool, or adopt or quarantine it as an orphan"
                            .formatted(name));
        }
    }

    /** What is to be said of it besides its state. */
    public List<String> conditions() {
        var conditions = new ArrayList<String>();
        add(conditions, busy, "busy");
        add(conditions, missing, "missing");
        add(conditions, drifted, "drifted");
        add(conditions, fault != null || foundCorrupt(), "corrupt");
        add(conditions, baseMissing, "base-missing");
        add(conditions, quarantined, "quarantined");
        add(conditions, unsettled, "unsettled");
        return conditions;
    }

    private boolean foundCorrupt() {
        return lastCheck != null && lastCheck.corruptions() > 0;
    }

    private static void add(List<String> conditions, boolean holds, String condition) {
        if (holds) {
            conditions.add(condition);
        }
    }
}
