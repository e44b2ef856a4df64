package dev.cistern.common.message;

import java.util.Optional;
import java.util.UUID;

/**
 * Names of the files that hold external snapshots, in the pool's folder: images name them as what
 * they build on, and a name without a path is found from every image beside it, by QEMU too. They
 * begin with a dot, and so are no volumes.
 */
public final class SealedFile {
    /**
     * What all of the names begin with; the ids of volume and snapshot follow, with a dot between.
     */
    public static final String PREFIX = ".sealed.";

    private static final String VMDK = "vmdk";

    private SealedFile() {}

    /**
     * The name of the file of a snapshot.
     *
     * @param format of it; VMware wants its images to be called so
     */
    public static String name(UUID volume, UUID snapshot, String format) {
        return prefix(volume) + snapshot + (format.equals(VMDK) ? "." + VMDK : "");
    }

    /** The snapshot of a volume that a file of such a name is of; empty if the name is none. */
    public static Optional<UUID> snapshot(UUID volume, String name) {
        if (!name.startsWith(prefix(volume))) {
            return Optional.empty();
        }
        var rest = name.substring(prefix(volume).length());
        var end = "." + VMDK;
        var id = rest.endsWith(end) ? rest.substring(0, rest.length() - end.length()) : rest;
        try {
            return Optional.of(UUID.fromString(id));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** What the names of all files of a volume's snapshots begin with. */
    public static String prefix(UUID volume) {
        return PREFIX + volume + ".";
    }
}
