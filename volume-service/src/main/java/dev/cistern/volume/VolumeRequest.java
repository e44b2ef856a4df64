package dev.cistern.volume;

import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.Permissions;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;

/**
 * A volume as a user wants it; what makes no sense is refused on the way in.
 *
 * @param pool name or id of the pool
 * @param name file name in the pool's folder
 * @param format raw, qcow2 or vmdk
 * @param capacity bytes that a guest will see; rounded up to whole sectors of 512
 * @param options what the image is to be like beyond its format
 */
public record VolumeRequest(
        String pool,
        String name,
        String format,
        long capacity,
        Permissions permissions,
        ImageOptions options) {
    private static final int SECTOR = 512;

    /** Longest file name that Linux has. */
    private static final int LONGEST_NAME_BYTES = 255;

    private static final Set<String> CREATABLE = Set.of("raw", "qcow2", "vmdk");
    private static final int MAX_MODE = 07777;

    /** Refuses what cannot be a volume, with the reason. */
    public VolumeRequest {
        requireName(name);
        requireFormat(format);
        capacity = wholeSectors(capacity);
        CreationRules.requireEmpty(format, capacity, options);
        requirePermissions(permissions);
    }

    static void requireFormat(String format) {
        if (!CREATABLE.contains(format)) {
            throw new ProblemException(
                    ProblemCode.UNSUPPORTED,
                    "volumes of format '%s' cannot be created; raw, qcow2 and vmdk can"
                            .formatted(format));
        }
    }

    static long wholeSectors(long capacity) {
        if (capacity < 1 || capacity > Long.MAX_VALUE - SECTOR) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST,
                    "capacity is %d bytes; it must be at least 1".formatted(capacity),
                    Map.of("requested", capacity));
        }
        return Math.ceilDiv(capacity, SECTOR) * (long) SECTOR;
    }

    static void requirePermissions(Permissions permissions) {
        if (permissions.mode() < 0 || permissions.mode() > MAX_MODE) {
            throw refused("the mode is not of the octal digits 0000 to 7777");
        }
        if (permissions.owner() < -1 || permissions.group() < -1) {
            throw refused("owner and group are numeric ids, or -1 for the worker's own");
        }
    }

    /** An image as usual for its format. */
    public VolumeRequest(
            String pool, String name, String format, long capacity, Permissions permissions) {
        this(pool, name, format, capacity, permissions, ImageOptions.USUAL);
    }

    /**
     * Refuses what cannot be the name of a volume.
     *
     * @throws ProblemException with the reason
     */
    public static void requireName(String name) {
        if (name.isEmpty()) {
            throw refused("the volume's name is empty");
        }
        var bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > LONGEST_NAME_BYTES) {
            throw refused(
                    "the volume's name is %d bytes long; a file name has at most %d"
                            .formatted(bytes, LONGEST_NAME_BYTES));
        }
        if (name.codePoints().anyMatch(Character::isISOControl)) {
            throw refused("the volume's name has a control character");
        }
        if (name.indexOf('/') >= 0) {
            throw refused("the volume's name '%s' has a slash".formatted(name));
        }
        if (name.startsWith(".")) {
            throw refused("the volume's name '%s' starts with a dot".formatted(name));
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
            throw refused("the volume's name is not Unicode text");
        }
    }

    private static ProblemException refused(String detail) {
        return new ProblemException(ProblemCode.INVALID_REQUEST, detail);
    }
}
