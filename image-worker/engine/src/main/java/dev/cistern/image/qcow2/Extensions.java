package dev.cistern.image.qcow2;

import dev.cistern.image.ImageException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The header extensions that tell of other files (qcow2 specification, "Header extensions"); the
 * rest is passed over.
 */
record Extensions(Optional<String> backingFormat, Optional<String> dataFile) {
    static final int END = 0;
    static final int BACKING_FORMAT = 0xe2792aca;
    static final int FEATURE_NAMES = 0x6803f857;
    static final int DATA_FILE = 0x44415441;

    private static final int HEAD_BYTES = 8;

    /**
     * Reads the extensions.
     *
     * @param bytes of the first cluster, from the end of the header to the backing file's name or
     *     the end of the cluster
     * @param at where they begin in the image, for messages
     */
    static Extensions decode(ByteBuffer bytes, int at, String name) throws ImageException {
        var backingFormat = Optional.<String>empty();
        var dataFile = Optional.<String>empty();
        var position = 0;
        while (bytes.limit() - position >= HEAD_BYTES && bytes.getInt(position) != END) {
            var type = bytes.getInt(position);
            var length = Integer.toUnsignedLong(bytes.getInt(position + 4));
            if (length > bytes.limit() - position - HEAD_BYTES) {
                throw new ImageException.Corrupt(
                        "%s: the header extension 0x%x at 0x%x has %d bytes, more than there is room for"
                                .formatted(name, type, at + position, length));
            }
            var content = bytes.slice(position + HEAD_BYTES, (int) length);
            switch (type) {
                case BACKING_FORMAT -> backingFormat = Optional.of(text(content));
                case DATA_FILE -> dataFile = Optional.of(text(content));
                default -> {}
            }
            position += HEAD_BYTES + (int) Math.ceilDiv(length, 8L) * 8;
        }
        return new Extensions(backingFormat, dataFile);
    }

    static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }
}
