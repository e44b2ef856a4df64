package dev.cistern.pool;

import dev.cistern.common.message.Permissions;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A pool as a user wants it; what makes no sense is refused on the way in.
 *
 * @param id the pool's id if the user has chosen one, as libvirt's XML can
 * @param type libvirt's word for the kind of pool; all are kept, {@code dir}, {@code fs} and {@code
 *     netfs} can be used
 * @param path absolute folder; may be empty for types that have none
 * @param node worker group that reaches the folder; null for the only one there is
 * @param label security label, kept for libvirt
 * @param xml the definition as it was given, or null
 */
public record PoolDefinition(
        @Nullable UUID id,
        String name,
        String type,
        String path,
        PoolSource source,
        @Nullable String node,
        Permissions permissions,
        @Nullable String label,
        boolean autostart,
        SpaceRules space,
        @Nullable String xml) {
    /** A folder. */
    public static final String DIR = "dir";

    /** A file system on a device, to be mounted. */
    public static final String FS = "fs";

    /** A file system on the network, to be mounted. */
    public static final String NETFS = "netfs";

    /** The kinds of pools that can be built and started. */
    public static final Set<String> USABLE = Set.of(DIR, FS, NETFS);

    private static final int LONGEST_NAME_BYTES = 255;

    /** Linux' PATH_MAX without its closing zero. */
    private static final int LONGEST_PATH_BYTES = 4095;

    private static final int LONGEST_LABEL_BYTES = 1000;
    private static final int MAX_MODE = 07777;

    /** A worker group is part of the names of topics, which have up to 249 of these characters. */
    private static final Pattern NODE = Pattern.compile("[A-Za-z0-9._-]{1,200}");

    private static final Set<String> TYPES =
            Set.of(
                    DIR,
                    FS,
                    NETFS,
                    "logical",
                    "disk",
                    "iscsi",
                    "iscsi-direct",
                    "scsi",
                    "mpath",
                    "rbd",
                    "sheepdog",
                    "gluster",
                    "zfs",
                    "vstorage");

    /** The types that libvirt knows. */
    static Set<String> types() {
        return TYPES;
    }

    /** Refuses what cannot be a pool, with the reason. */
    public PoolDefinition {
        checkName(name);
        if (!TYPES.contains(type)) {
            throw refused(
                    "'%s' is not a type of pool; libvirt knows %s"
                            .formatted(type, TYPES.stream().sorted().toList()));
        }
        path = checkPath(type, path);
        source.requireComplete(type);
        checkNode(node);
        checkPermissions(permissions);
        if (label != null) {
            checkText("label", label, LONGEST_LABEL_BYTES);
        }
    }

    private static void checkName(String name) {
        if (name.isBlank()) {
            throw refused("the pool's name is empty");
        }
        checkText("name", name, LONGEST_NAME_BYTES);
        if (name.contains("/") || ".".equals(name) || "..".equals(name) || "-".equals(name)) {
            throw refused("'%s' cannot be the name of a pool".formatted(name));
        }
    }

    private static void checkText(String what, String text, int longest) {
        if (text.codePoints().anyMatch(Character::isISOControl)) {
            throw refused("the pool's %s has a control character".formatted(what));
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw refused("the pool's %s is not Unicode text".formatted(what));
        }
        if (text.getBytes(StandardCharsets.UTF_8).length > longest) {
            throw refused("the pool's %s is longer than %d bytes".formatted(what, longest));
        }
    }

    private static String checkPath(String type, String path) {
        if (path.isEmpty() && !USABLE.contains(type)) {
            return path;
        }
        if (!path.startsWith("/")) {
            throw refused("the pool's path is '%s'; it must be absolute".formatted(path));
        }
        checkText("path", path, LONGEST_PATH_BYTES);
        var steps =
                Arrays.stream(path.split("/", -1))
                        .filter(step -> !step.isEmpty() && !".".equals(step))
                        .toList();
        if (steps.contains("..")) {
            throw refused("the pool's path is '%s'; it must not have '..'".formatted(path));
        }
        if (steps.isEmpty()) {
            throw refused("the root folder cannot be a pool");
        }
        return "/" + String.join("/", steps);
    }

    private static void checkNode(@Nullable String node) {
        if (node != null && !NODE.matcher(node).matches()) {
            throw refused("the node is not a name of at most 200 letters, digits and ._-");
        }
    }

    private static void checkPermissions(Permissions permissions) {
        if (permissions.mode() < -1 || permissions.mode() > MAX_MODE) {
            throw refused("the mode is not of the octal digits 0000 to 7777");
        }
        if (permissions.owner() < -1 || permissions.group() < -1) {
            throw refused("owner and group are numeric ids, or -1 for the worker's own");
        }
    }

    private static ProblemException refused(String detail) {
        return new ProblemException(ProblemCode.INVALID_REQUEST, detail);
    }
}
