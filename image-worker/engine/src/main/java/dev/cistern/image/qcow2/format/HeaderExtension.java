package dev.cistern.image.qcow2.format;

import dev.cistern.image.ImageException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What follows the header ("Header extensions"): type, length, content, padded to 8 bytes. */
public sealed interface HeaderExtension {
    /** The format of the backing file, by QEMU's name. */
    record BackingFormat(String format) implements HeaderExtension {}

    /** The names of features that an image may have; for messages of those that lack one. */
    record FeatureNames() implements HeaderExtension {}

    /** Name of the file with the guest's data. */
    record DataFile(String name) implements HeaderExtension {}

    /**
     * Where the bitmaps are ("Bitmaps extension").
     *
     * @param directoryBytes length of their directory
     * @param directoryHost where it is
     */
    record Bitmaps(int count, long directoryBytes, long directoryHost) implements HeaderExtension {}

    /** Where the LUKS header is ("Full disk encryption header pointer"). */
    record EncryptionHeader(long host, long length) implements HeaderExtension {}

    /** One that is not known and has no effect on what is. */
    record Unknown(int type, int length) implements HeaderExtension {}

    /** Types, as on disk. */
    int END = 0;

    int BACKING_FORMAT = 0xe2792aca;
    int FEATURE_NAMES = 0x6803f857;
    int BITMAPS = 0x23852875;
    int ENCRYPTION_HEADER = 0x0537be77;
    int DATA_FILE = 0x44415441;

    /** Type and length. */
    int HEAD_BYTES = 8;

    /** What an extension's content is padded to. */
    int ALIGNMENT = 8;

    /**
     * Reads the extensions.
     *
     * @param bytes of the first cluster, from the end of the header to the backing file's name or
     *     the end of the cluster
     * @param at where they begin in the image, for messages
     */
    static List<HeaderExtension> decode(ByteBuffer bytes, int at, String name)
            throws ImageException {
        var extensions = new ArrayList<HeaderExtension>();
        var position = 0;
        while (bytes.limit() - position >= HEAD_BYTES && bytes.getInt(position) != END) {
            var type = bytes.getInt(position);
            var length = Integer.toUnsignedLong(bytes.getInt(position + 4));
            if (length > bytes.limit() - position - HEAD_BYTES) {
                throw new ImageException.Corrupt(
                        "%s: the header extension 0x%x at 0x%x has %d bytes, more than there is room for"
                                .formatted(name, type, at + position, length));
            }
            extensions.add(
                    decode(type, bytes.slice(position + HEAD_BYTES, (int) length), at, name));
            position += HEAD_BYTES + padded((int) length);
        }
        return extensions;
    }

    /** Whether the extensions are all in these bytes, their end mark with them. */
    static boolean endIn(ByteBuffer bytes) {
        var position = 0L;
        while (position <= bytes.limit() - HEAD_BYTES) {
            if (bytes.getInt((int) position) == END) {
                return true;
            }
            position +=
                    HEAD_BYTES + padded(Integer.toUnsignedLong(bytes.getInt((int) position + 4)));
        }
        return false;
    }

    private static HeaderExtension decode(int type, ByteBuffer content, int at, String name)
            throws ImageException {
        return switch (type) {
            case BACKING_FORMAT -> new BackingFormat(text(content));
            case FEATURE_NAMES -> new FeatureNames();
            case DATA_FILE -> new DataFile(text(content));
            case BITMAPS -> {
                requireLength(content, 24, type, at, name);
                yield new Bitmaps(content.getInt(0), content.getLong(8), content.getLong(16));
            }
            case ENCRYPTION_HEADER -> {
                requireLength(content, 16, type, at, name);
                yield new EncryptionHeader(content.getLong(0), content.getLong(8));
            }
            default -> new Unknown(type, content.limit());
        };
    }

    private static void requireLength(
            ByteBuffer content, int expected, int type, int at, String name)
            throws ImageException.Corrupt {
        if (content.limit() < expected) {
            throw new ImageException.Corrupt(
                    "%s: the header extension 0x%x after 0x%x has %d bytes, not %d"
                            .formatted(name, type, at, content.limit(), expected));
        }
    }

    /** Writes a text as an extension. */
    static void encode(ByteBuffer into, int type, String content) {
        var bytes = content.getBytes(StandardCharsets.UTF_8);
        into.putInt(type).putInt(bytes.length).put(bytes);
        into.position(into.position() + padded(bytes.length) - bytes.length);
    }

    /** Writes where the LUKS header is. */
    static void encodeEncryptionHeader(ByteBuffer into, long host, long length) {
        into.putInt(ENCRYPTION_HEADER).putInt(2 * Long.BYTES).putLong(host).putLong(length);
    }

    /** Writes the names of all features. */
    static void encodeFeatureNames(ByteBuffer into) {
        into.putInt(FEATURE_NAMES).putInt(Feature.KNOWN.size() * Feature.ENTRY_BYTES);
        Feature.KNOWN.forEach(feature -> feature.encode(into));
    }

    /** Bytes that the names of all features take. */
    static int featureNamesLength() {
        return HEAD_BYTES + Feature.KNOWN.size() * Feature.ENTRY_BYTES;
    }

    private static int padded(int length) {
        return (int) padded((long) length);
    }

    private static long padded(long length) {
        return Math.ceilDiv(length, (long) ALIGNMENT) * ALIGNMENT;
    }

    /** A text as it is in a header. */
    static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }
}
