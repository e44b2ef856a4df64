package dev.cistern.image.qcow2.format;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The features that have names (qcow2 specification, "Feature name table").
 *
 * @param kind 0 incompatible, 1 compatible, 2 autoclear
 * @param bit counted from the lowest
 */
public record Feature(int kind, int bit, String name) {
    /** Those that QEMU knows, in its order. */
    public static final List<Feature> KNOWN =
            List.of(
                    new Feature(0, 0, "dirty bit"),
                    new Feature(0, 1, "corrupt bit"),
                    new Feature(0, 2, "external data file"),
                    new Feature(0, 3, "compression type"),
                    new Feature(0, 4, "extended L2 entries"),
                    new Feature(1, 0, "lazy refcounts"),
                    new Feature(2, 0, "bitmaps"),
                    new Feature(2, 1, "raw external data"));

    /** Bytes of one entry of the table. */
    public static final int ENTRY_BYTES = 48;

    void encode(ByteBuffer into) {
        var start = into.position();
        into.put((byte) kind).put((byte) bit).put(name.getBytes(StandardCharsets.UTF_8));
        into.position(start + ENTRY_BYTES);
    }
}
