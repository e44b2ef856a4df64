package dev.cistern.image.qcow2;

import dev.cistern.image.ImageException;
import dev.cistern.image.crypto.Luks;
import dev.cistern.image.qcow2.format.Feature;
import dev.cistern.image.qcow2.format.Header;
import dev.cistern.image.qcow2.format.HeaderExtension;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The first cluster of a new image. */
final class NewHeader {
    private final Qcow2Options options;
    private final long capacity;
    private final NewLayout layout;
    private final String name;

    private NewHeader(Qcow2Options options, long capacity, NewLayout layout, String name) {
        this.options = options;
        this.capacity = capacity;
        this.layout = layout;
        this.name = name;
    }

    /**
     * What is in the cluster; the rest of it is zeroes.
     *
     * @param name of the image, for messages
     */
    static ByteBuffer encode(Qcow2Options options, long capacity, NewLayout layout, String name)
            throws ImageException.OutOfRange {
        return new NewHeader(options, capacity, layout, name).encode();
    }

    private ByteBuffer encode() throws ImageException.OutOfRange {
        var cluster = ByteBuffer.allocate(options.clusterSize());
        var backing =
                options.backing()
                        .map(below -> below.file().getBytes(StandardCharsets.UTF_8))
                        .orElse(new byte[0]);
        requireRoom(backing.length);
        cluster.position(length());
        options.backing()
                .ifPresent(
                        below ->
                                HeaderExtension.encode(
                                        cluster, HeaderExtension.BACKING_FORMAT, below.format()));
        options.dataFile()
                .ifPresent(
                        data ->
                                HeaderExtension.encode(
                                        cluster, HeaderExtension.DATA_FILE, data.file()));
        options.encryption()
                .ifPresent(
                        encryption ->
                                HeaderExtension.encodeEncryptionHeader(
                                        cluster,
                                        layout.encryptionHost(),
                                        Luks.bytes(encryption.luks())));
        var names = Feature.KNOWN.size() * Feature.ENTRY_BYTES + 2 * HeaderExtension.HEAD_BYTES;
        if (options.version() >= 3 && cluster.remaining() >= names + backing.length) {
            HeaderExtension.encodeFeatureNames(cluster);
        }
        cluster.putInt(HeaderExtension.END).putInt(0);
        var backingOffset = backing.length == 0 ? 0 : cluster.position();
        cluster.put(backing);
        cluster.put(0, header(backingOffset, backing.length).encode(), 0, length());
        return cluster.flip();
    }

    private int length() {
        return options.version() == 2 ? Header.V2_LENGTH : Header.V3_LENGTH;
    }

    /** Names of files have to fit, the names of features not. */
    private void requireRoom(int backingBytes) throws ImageException.OutOfRange {
        var dataBytes =
                options.dataFile()
                        .map(data -> data.file().getBytes(StandardCharsets.UTF_8).length)
                        .orElse(0);
        var needed =
                length()
                        + 120
                        + backingBytes
                        + dataBytes
                        + options.backing().map(below -> below.format().length()).orElse(0);
        if (backingBytes > Header.MAX_BACKING_NAME || needed > options.clusterSize()) {
            throw new ImageException.OutOfRange(
                    "%s: names of %d bytes for the backing file and %d for the data file are too long for the header"
                            .formatted(name, backingBytes, dataBytes));
        }
    }

    private Header header(int backingOffset, int backingLength) {
        return new Header(
                options.version(),
                backingOffset,
                backingLength,
                layout.geometry().clusterBits(),
                capacity,
                options.encryption().isPresent() ? Encryption.LUKS : Encryption.NONE,
                (int) layout.l1Entries(),
                layout.l1Host(),
                layout.tableHost(),
                (int) layout.table(),
                0,
                0,
                incompatible(),
                options.lazyRefcounts() ? Header.COMPATIBLE_LAZY_REFCOUNTS : 0,
                options.dataFile().map(Qcow2Options.DataFile::raw).orElse(false)
                        ? Header.AUTOCLEAR_RAW_DATA_FILE
                        : 0,
                layout.geometry().refcountOrder(),
                length(),
                options.zstd() ? 1 : 0);
    }

    private long incompatible() {
        return (options.extendedL2() ? Header.INCOMPATIBLE_EXTENDED_L2 : 0)
                | (options.zstd() ? Header.INCOMPATIBLE_COMPRESSION : 0)
                | (options.dataFile().isPresent() ? Header.INCOMPATIBLE_DATA_FILE : 0);
    }
}
