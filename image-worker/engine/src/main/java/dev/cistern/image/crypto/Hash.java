package dev.cistern.image.crypto;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;

/** Hash functions, by the names that LUKS headers have for them. */
public enum Hash {
    SHA1("sha1", "SHA-1", 20, 64),
    SHA224("sha224", "SHA-224", 28, 64),
    SHA256("sha256", "SHA-256", 32, 64),
    SHA384("sha384", "SHA-384", 48, 128),
    SHA512("sha512", "SHA-512", 64, 128);

    private final String text;
    private final String algorithm;
    private final int bytes;
    private final int blockBytes;

    Hash(String text, String algorithm, int bytes, int blockBytes) {
        this.text = text;
        this.algorithm = algorithm;
        this.bytes = bytes;
        this.blockBytes = blockBytes;
    }

    /** Its name in a header. */
    public String text() {
        return text;
    }

    /** A hash function by its name in a header. */
    public static Optional<Hash> of(String text) {
        return Arrays.stream(values()).filter(hash -> hash.text.equals(text)).findFirst();
    }

    /** Bytes of what it gives. */
    int bytes() {
        return bytes;
    }

    /** Bytes that it takes at once; a key of HMAC is filled up to that. */
    int blockBytes() {
        return blockBytes;
    }

    MessageDigest digest() {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the JDK has no " + algorithm, e);
        }
    }
}
