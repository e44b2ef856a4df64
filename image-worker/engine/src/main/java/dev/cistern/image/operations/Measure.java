package dev.cistern.image.operations;

import dev.cistern.image.BitmapInfo;
import dev.cistern.image.DiskImage;
import dev.cistern.image.ImageException;
import dev.cistern.image.crypto.Luks;
import dev.cistern.image.qcow2.Qcow2Image;
import dev.cistern.image.qcow2.Qcow2Options;
import dev.cistern.image.vmdk.VmdkCreator;
import dev.cistern.image.vmdk.VmdkOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

/**
 * How long the file of a new image will be, without making it; as {@code qemu-img measure} has it.
 * What is compressed will be shorter.
 *
 * @param required with the content that it is to have, bytes; never less than it turns out to be
 * @param fullyAllocated once a guest has written to all of it
 * @param bitmaps what the persistent bitmaps of the source take besides; empty if the formats have
 *     none
 */
public record Measure(long required, long fullyAllocated, OptionalLong bitmaps) {
    private static final int SECTOR = 512;
    private static final int TABLE_ENTRY = 8;
    private static final int GRAIN = 64 * 1024;

    /**
     * Bytes of a bitmap's row in the directory before its name (qcow2 spec, "Bitmap directory").
     */
    private static final int BITMAP_ROW = 24;

    private static final int MIN_VERSION_OF_BITMAPS = 3;

    /**
     * An image that is empty at first.
     *
     * @throws ImageException.OutOfRange if the format cannot hold so much
     */
    public static Measure ofEmpty(NewImage target, long capacity) throws ImageException {
        return switch (target) {
            case NewImage.Raw _ -> raw(capacity);
            case NewImage.Vmdk vmdk -> vmdk(vmdk.options(), capacity, 0);
            case NewImage.Qcow2 qcow2 -> {
                var options = qcow2.options();
                var virtual = up(capacity, options.clusterSize());
                yield qcow2(options, virtual, 0, OptionalLong.empty());
            }
        };
    }

    /** An image with the content of another one. */
    public static Measure of(NewImage target, DiskImage source) throws IOException {
        return switch (target) {
            case NewImage.Raw _ -> raw(source.capacity());
            case NewImage.Vmdk vmdk -> vmdk(vmdk.options(), source.capacity(), data(source, GRAIN));
            case NewImage.Qcow2 qcow2 -> {
                var options = qcow2.options();
                var virtual = up(source.capacity(), options.clusterSize());
                var data =
                        options.backing().isPresent()
                                ? virtual
                                : data(source, options.clusterSize());
                yield qcow2(options, virtual, data, bitmaps(options, source));
            }
        };
    }

    private static Measure raw(long capacity) {
        var bytes = up(capacity, SECTOR);
        return new Measure(bytes, bytes, OptionalLong.empty());
    }

    /** Flat extents have all of their length, whatever is in them. */
    private static Measure vmdk(VmdkOptions options, long capacity, long data)
            throws ImageException {
        var sectors = up(capacity, SECTOR);
        var all = options.subformat().flat() ? sectors : up(sectors, GRAIN);
        var overhead = VmdkCreator.overhead(sectors, options);
        return new Measure(
                overhead + (options.subformat().flat() ? all : data),
                overhead + all,
                OptionalLong.empty());
    }

    private static Measure qcow2(
            Qcow2Options options, long virtual, long data, OptionalLong bitmaps) {
        var luks =
                options.encryption()
                        .map(encryption -> up(Luks.bytes(encryption.luks()), options.clusterSize()))
                        .orElse(0L);
        var all = virtual + metadata(options, virtual) + luks;
        var taken =
                switch (options.preallocation()) {
                    case OFF, METADATA -> data;
                    case FALLOC, FULL -> virtual;
                };
        return new Measure(all - virtual + taken, all, bitmaps);
    }

    /** The tables of an image of which everything is stored. */
    private static long metadata(Qcow2Options options, long virtual) {
        var cluster = options.clusterSize();
        var l2Entry = options.extendedL2() ? 2 * TABLE_ENTRY : TABLE_ENTRY;
        var l2 = up(virtual / cluster, cluster / l2Entry) * l2Entry;
        var l1 = up(l2 / cluster, cluster / TABLE_ENTRY) * TABLE_ENTRY;
        var others = cluster + l2 + l1;
        return others + refcounts(options, (others + virtual) / cluster);
    }

    /** The refcounts of so many clusters and of their own. */
    private static long refcounts(Qcow2Options options, long clusters) {
        var cluster = options.clusterSize();
        var perBlock = (long) cluster * Byte.SIZE / options.refcountBits();
        var own = 0L;
        while (true) {
            var blocks = Math.ceilDiv(clusters + own, perBlock);
            var table = Math.ceilDiv(blocks, cluster / TABLE_ENTRY);
            if (blocks + table == own) {
                return own * cluster;
            }
            own = blocks + table;
        }
    }

    /** Bytes of the clusters in which the source has something. */
    private static long data(DiskImage source, int cluster) throws IOException {
        var pieces = new Pieces(source, 0, source.capacity(), cluster, true, false);
        var bytes = 0L;
        for (var next = pieces.next(); next.isPresent(); next = pieces.next()) {
            var piece = next.get();
            bytes += piece.kind() == Piece.Kind.DATA ? up(piece.length(), cluster) : 0;
        }
        return bytes;
    }

    private static OptionalLong bitmaps(Qcow2Options options, DiskImage source) {
        if (options.version() < MIN_VERSION_OF_BITMAPS
                || !(source instanceof Qcow2Image image)
                || !image.bitmaps().possible()) {
            return OptionalLong.empty();
        }
        var cluster = options.clusterSize();
        var directory = 0L;
        var all = 0L;
        for (var bitmap : image.bitmaps().list()) {
            var bits = Math.ceilDiv(source.capacity(), bitmap.granularity());
            var clusters = Math.ceilDiv(Math.ceilDiv(bits, (long) Byte.SIZE), (long) cluster);
            all += clusters * cluster + up(clusters * TABLE_ENTRY, cluster);
            directory += rowBytes(bitmap);
        }
        return OptionalLong.of(all + up(directory, cluster));
    }

    private static long rowBytes(BitmapInfo bitmap) {
        return up(BITMAP_ROW + bitmap.name().getBytes(StandardCharsets.UTF_8).length, TABLE_ENTRY);
    }

    private static long up(long bytes, long unit) {
        return Math.ceilDiv(bytes, unit) * unit;
    }
}
