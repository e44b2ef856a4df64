package dev.cistern.image;

import dev.cistern.image.storage.Zeroes;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A passphrase. It keeps a copy of its own, which is wiped when it is closed; whoever made it
 * closes it, and may do so once the call that it was made for has returned.
 */
public final class Secret implements AutoCloseable {
    private final byte[] bytes;

    private Secret(byte[] bytes) {
        this.bytes = bytes;
    }

    /** A passphrase as it is; the caller wipes the array. */
    public static Secret of(byte[] passphrase) {
        return new Secret(passphrase.clone());
    }

    /** A passphrase in UTF-8, as QEMU and cryptsetup take it; the caller wipes the array. */
    public static Secret of(char[] passphrase) {
        var encoded = StandardCharsets.UTF_8.encode(CharBuffer.wrap(passphrase));
        var bytes = new byte[encoded.remaining()];
        encoded.get(bytes);
        encoded.clear();
        Zeroes.fill(encoded);
        return new Secret(bytes);
    }

    /** A copy, which the caller wipes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public void close() {
        Arrays.fill(bytes, (byte) 0);
    }
}
