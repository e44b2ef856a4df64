package dev.cistern.pool;

import dev.cistern.common.message.PoolMount;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where the content of a pool comes from, in the words of libvirt's {@code <source>} and {@code
 * <fs:mount_opts>}; what other types have beyond that stays in their XML.
 *
 * @param host of a netfs pool
 * @param device of an fs pool
 * @param dir of a netfs pool: the exported folder, or the name of a GlusterFS volume
 * @param format of an fs pool, the file system; of a netfs pool, the protocol
 * @param protocol version of NFS to speak, such as {@code 4.2}
 * @param mountOptions as in {@code mount -o}
 */
public record PoolSource(
        @Nullable String host,
        @Nullable String device,
        @Nullable String dir,
        @Nullable String format,
        @Nullable String protocol,
        List<String> mountOptions) {
    /** Of a pool that needs none. */
    public static final PoolSource NONE = new PoolSource(null, null, null, null, null, List.of());

    /** libvirt's word for letting mount find out. */
    private static final String AUTO = "auto";

    private static final String NFS = "nfs";
    private static final String GLUSTERFS = "glusterfs";
    private static final String CIFS = "cifs";

    /** libvirt's, on Linux: nothing in a pool is a device, or run. */
    private static final String GUARDED = "nodev,nosuid,noexec";

    private static final Set<String> FILE_SYSTEMS =
            Set.of(
                    AUTO, "ext2", "ext3", "ext4", "ufs", "iso9660", "udf", "gfs", "gfs2", "vfat",
                    "hfs+", "xfs", "ocfs2", "vmfs", "btrfs");

    private static final Set<String> PROTOCOLS = Set.of(AUTO, NFS, GLUSTERFS, CIFS);

    /** Name, IPv4 address or IPv6 address; never what a program takes for an option. */
    private static final Pattern HOST =
            Pattern.compile("[A-Za-z0-9\\[:][A-Za-z0-9._:\\[\\]%-]{0,254}");

    private static final Pattern OPTION = Pattern.compile("[^\\p{Cntrl}-][^\\p{Cntrl}]{0,999}");
    private static final Pattern VERSION = Pattern.compile("[0-9]{1,2}(\\.[0-9]{1,2})?");
    private static final Pattern DEVICE = Pattern.compile("/[^\\p{Cntrl}]{1,4000}");
    private static final Pattern DIR = Pattern.compile("[^\\p{Cntrl}-][^\\p{Cntrl}]{0,4000}");

    /** Refuses what could not be given to mount; no options are none. */
    @SuppressWarnings("ConstantValue")
    public PoolSource {
        mountOptions = mountOptions == null ? List.of() : List.copyOf(mountOptions);
        mountOptions.forEach(option -> check("mount option", option, OPTION));
        check("protocol version", protocol, VERSION);
    }

    private static void check(String what, @Nullable String text, Pattern allowed) {
        if (text != null && !allowed.matcher(text).matches()) {
            throw refused("'%s' cannot be the %s of a pool".formatted(text, what));
        }
    }

    /**
     * Refuses what a type that can be used lacks; of others everything is kept.
     *
     * @param type libvirt's type of the pool
     */
    void requireComplete(String type) {
        switch (type) {
            case PoolDefinition.FS -> {
                require(type, "device", device);
                check("device", device, DEVICE);
                requireOneOf(FILE_SYSTEMS, type);
            }
            case PoolDefinition.NETFS -> {
                require(type, "host", host);
                require(type, "dir", dir);
                check("host", host, HOST);
                check("dir", dir, DIR);
                requireOneOf(PROTOCOLS, type);
            }
            default -> {}
        }
    }

    /** What the format of a pool of this type may be. */
    static Set<String> formats(String type) {
        return switch (type) {
            case PoolDefinition.FS -> FILE_SYSTEMS;
            case PoolDefinition.NETFS -> PROTOCOLS;
            default -> Set.of();
        };
    }

    private static void require(String type, String what, @Nullable String value) {
        if (value == null || value.isEmpty()) {
            throw refused("a pool of type %s needs the %s of its source".formatted(type, what));
        }
    }

    private void requireOneOf(Set<String> formats, String type) {
        if (format != null && !formats.contains(format)) {
            throw refused(
                    "'%s' is not a format of a pool of type %s; libvirt knows %s"
                            .formatted(format, type, formats.stream().sorted().toList()));
        }
    }

    /** What a worker is to mount for a pool of this type; empty if nothing. */
    public Optional<PoolMount> mount(String type) {
        return switch (type) {
            case PoolDefinition.FS ->
                    Optional.of(
                            new PoolMount(
                                    Objects.requireNonNull(device), formatOrAuto(), options()));
            case PoolDefinition.NETFS -> Optional.of(ofNetwork());
            default -> Optional.empty();
        };
    }

    private PoolMount ofNetwork() {
        return switch (formatOrAuto()) {
            case CIFS -> new PoolMount("//%s/%s".formatted(host, share()), CIFS, options("guest"));
            case GLUSTERFS -> new PoolMount(remote(), GLUSTERFS, options("direct-io-mode=1"));
            case NFS -> new PoolMount(remote(), NFS, version());
            default -> new PoolMount(remote(), null, version());
        };
    }

    private String share() {
        return Objects.requireNonNull(dir).replaceFirst("^/+", "");
    }

    /** An IPv6 address stands in brackets. */
    private String remote() {
        var name = Objects.requireNonNull(host);
        return (name.contains(":") && !name.startsWith("[") ? "[" + name + "]" : name) + ":" + dir;
    }

    private List<String> version() {
        return protocol == null ? options() : options("nfsvers=" + protocol);
    }

    private List<String> options(String... ofFormat) {
        var options = new ArrayList<String>();
        options.add(GUARDED);
        options.addAll(List.of(ofFormat));
        options.addAll(mountOptions);
        return options;
    }

    /** The file system or protocol, {@code auto} if none is named. */
    public String formatOrAuto() {
        return format == null ? AUTO : format;
    }

    /** Whether a file system can be made of the format. */
    public boolean formattable() {
        return !formatOrAuto().equals(AUTO);
    }

    private static ProblemException refused(String detail) {
        return new ProblemException(ProblemCode.INVALID_REQUEST, detail);
    }
}
