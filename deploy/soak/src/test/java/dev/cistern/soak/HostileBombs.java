package dev.cistern.soak;

import com.github.luben.zstd.Zstd;
import java.util.zip.Deflater;

/** A few bytes that unpack to very many. */
final class HostileBombs {
    private static final int UNPACKED = 400 * 1024;

    private HostileBombs() {}

    /** Raw deflate of as many zeroes as a sector can hold. */
    static byte[] deflate() {
        var deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        deflater.setInput(new byte[UNPACKED]);
        var packed = new byte[512];
        deflater.deflate(packed);
        deflater.end();
        return packed;
    }

    /** A frame of 64 MiB of zeroes, which begins in a sector. */
    static byte[] zstd() {
        return Zstd.compress(new byte[64 << 20]);
    }

    /**
     * A frame whose header (RFC 8878, 3.1.1.1) asks for a window of 2 GiB, with a block of zeroes
     * repeated.
     */
    static byte[] zstdOfLongWindow() {
        return new byte[] {
            0x28,
            (byte) 0xb5,
            0x2f,
            (byte) 0xfd, // magic
            0x00, // no content size, no checksum, a window descriptor
            (byte) (21 << 3), // 2^(10 + 21) bytes
            0x03,
            (byte) 0x00,
            0x10, // last block, repeated byte, 2^17 bytes
            0x00
        };
    }
}
