package dev.cistern.image.qcow2.format;

import java.nio.ByteBuffer;

/**
 * Counters of 1 to 64 bits in bytes ("Host cluster management"). Those of at least 8 bits are
 * big-endian; smaller ones fill a byte from its lowest bits on.
 */
public final class RefcountBlock {
    private static final int BYTE_ORDER = 3;

    private RefcountBlock() {}

    /**
     * A counter.
     *
     * @param from absolute index of the first counter's byte
     * @param order the counters have 2 to the power of it bits
     */
    public static long get(ByteBuffer bytes, int from, int index, int order) {
        return switch (order) {
            case 0, 1, 2 ->
                    bytes.get(from + byteOf(index, order)) >>> shift(index, order) & mask(order);
            case 3 -> Byte.toUnsignedLong(bytes.get(from + index));
            case 4 -> Short.toUnsignedLong(bytes.getShort(from + index * Short.BYTES));
            case 5 -> Integer.toUnsignedLong(bytes.getInt(from + index * Integer.BYTES));
            case 6 -> bytes.getLong(from + index * Long.BYTES);
            default -> throw new IllegalArgumentException("refcount order " + order);
        };
    }

    /** Sets a counter to a value that it can hold. */
    public static void set(ByteBuffer bytes, int from, int index, int order, long value) {
        switch (order) {
            case 0, 1, 2 -> {
                var at = from + byteOf(index, order);
                var cleared = bytes.get(at) & ~(mask(order) << shift(index, order));
                bytes.put(at, (byte) (cleared | (int) value << shift(index, order)));
            }
            case 3 -> bytes.put(from + index, (byte) value);
            case 4 -> bytes.putShort(from + index * Short.BYTES, (short) value);
            case 5 -> bytes.putInt(from + index * Integer.BYTES, (int) value);
            case 6 -> bytes.putLong(from + index * Long.BYTES, value);
            default -> throw new IllegalArgumentException("refcount order " + order);
        }
    }

    private static int byteOf(int index, int order) {
        return index >>> (BYTE_ORDER - order);
    }

    private static int shift(int index, int order) {
        return (index & ((1 << (BYTE_ORDER - order)) - 1)) << order;
    }

    private static int mask(int order) {
        return (1 << (1 << order)) - 1;
    }
}
