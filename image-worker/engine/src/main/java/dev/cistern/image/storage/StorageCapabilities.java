package dev.cistern.image.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * What a file system can do, as far as it has been tried. Where it cannot, the calls do the same in
 * another way:
 *
 * @param fileSystem its name, or its magic number in hex
 * @param zeroRange else zeroes are written
 * @param punchHole else space is not given back
 * @param allocate else what is added is written with zeroes
 * @param seekHole else everything counts as data
 * @param reflink else files are copied
 * @param copyRange else copies go through memory
 */
public record StorageCapabilities(
        String fileSystem,
        Support zeroRange,
        Support punchHole,
        Support allocate,
        Support seekHole,
        Support reflink,
        Support copyRange) {
    private static final int PROBE_BYTES = 64 * 1024;
    private static final int MODE = 0600;
    private static final String PREFIX = ".probe-";

    /** Whether it can. */
    public enum Support {
        YES,
        NO,
        UNTRIED
    }

    /**
     * Tries everything in a folder, in files that have a name for a moment only; one that a killed
     * process left there is removed.
     */
    public static StorageCapabilities probe(Directory folder) throws IOException {
        for (var name : folder.list()) {
            if (name.startsWith(PREFIX)) {
                var _ = folder.unlinkIfExists(name);
            }
        }
        try (var file = unnamed(folder);
                var other = unnamed(folder)) {
            file.writeFully(ByteBuffer.allocate(PROBE_BYTES), 0);
            file.zero(0, PROBE_BYTES / 2);
            var _ = file.punchHole(0, PROBE_BYTES / 2);
            file.allocate(0, PROBE_BYTES);
            var _ = file.nextHole(0);
            var _ = other.cloneFrom(file);
            other.copyFrom(file, 0, 0, PROBE_BYTES);
            return file.capabilities();
        }
    }

    private static FileStorage unnamed(Directory folder) throws IOException {
        var name = PREFIX + UUID.randomUUID();
        var file = folder.createFile(name, MODE);
        var _ = folder.unlinkIfExists(name);
        return file;
    }
}
