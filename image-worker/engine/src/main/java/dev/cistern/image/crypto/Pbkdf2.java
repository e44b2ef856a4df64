package dev.cistern.image.crypto;

import java.security.DigestException;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * Keys from passphrases (RFC 8018, PBKDF2, with HMAC of RFC 2104). The JDK's own takes texts only,
 * and keys are bytes.
 */
final class Pbkdf2 {
    private final int hashBytes;

    /** Have taken the inner and the outer pad; cloned for each use, which saves hashing them. */
    private final MessageDigest inner;

    private final MessageDigest outer;

    private Pbkdf2(Hash hash, byte[] password) {
        this.hashBytes = hash.bytes();
        var key =
                Arrays.copyOf(
                        password.length > hash.blockBytes()
                                ? hash.digest().digest(password)
                                : password,
                        hash.blockBytes());
        this.inner = padded(hash, key, (byte) 0x36);
        this.outer = padded(hash, key, (byte) 0x5c);
        Arrays.fill(key, (byte) 0);
    }

    private static MessageDigest padded(Hash hash, byte[] key, byte pad) {
        var block = key.clone();
        for (var i = 0; i < block.length; i++) {
            block[i] ^= pad;
        }
        var digest = hash.digest();
        digest.update(block);
        Arrays.fill(block, (byte) 0);
        return digest;
    }

    /** A key of so many bytes. */
    static byte[] derive(Hash hash, byte[] password, byte[] salt, int iterations, int length) {
        var pbkdf2 = new Pbkdf2(hash, password);
        var key = new byte[length];
        try {
            for (var done = 0; done < length; done += hash.bytes()) {
                var block = pbkdf2.block(salt, done / hash.bytes() + 1, iterations);
                System.arraycopy(block, 0, key, done, Math.min(block.length, length - done));
                Arrays.fill(block, (byte) 0);
            }
        } catch (CloneNotSupportedException | DigestException e) {
            throw new IllegalStateException("the JDK's " + hash + " cannot be used", e);
        }
        return key;
    }

    private byte[] block(byte[] salt, int number, int iterations)
            throws CloneNotSupportedException, DigestException {
        var seed = Arrays.copyOf(salt, salt.length + Integer.BYTES);
        for (var i = 0; i < Integer.BYTES; i++) {
            seed[salt.length + i] = (byte) (number >>> (24 - 8 * i));
        }
        var last = new byte[hashBytes];
        mac(seed, last);
        var sum = last.clone();
        for (var round = 1; round < iterations; round++) {
            mac(last, last);
            for (var i = 0; i < hashBytes; i++) {
                sum[i] ^= last[i];
            }
        }
        return sum;
    }

    private void mac(byte[] message, byte[] into)
            throws CloneNotSupportedException, DigestException {
        var first = (MessageDigest) inner.clone();
        first.update(message);
        first.digest(into, 0, hashBytes);
        var second = (MessageDigest) outer.clone();
        second.update(into);
        second.digest(into, 0, hashBytes);
    }
}
