package dev.cistern.image.crypto;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * Spreads a key over so many bytes that wiping any of them wipes the key (LUKS On-Disk Format
 * Specification 1.2.3, "Anti-forensic splitter").
 */
final class AntiForensic {
    private AntiForensic() {}

    /** A key over so many stripes, each as long as it. */
    static byte[] split(Hash hash, byte[] key, int stripes, SecureRandom random) {
        var split = new byte[Math.multiplyExact(key.length, stripes)];
        var last = split.length - key.length;
        random.nextBytes(split);
        Arrays.fill(split, last, split.length, (byte) 0);
        var sum = sum(hash, split, key.length, stripes);
        for (var i = 0; i < key.length; i++) {
            split[last + i] = (byte) (sum[i] ^ key[i]);
        }
        Arrays.fill(sum, (byte) 0);
        return split;
    }

    /** The key that was spread. */
    static byte[] merge(Hash hash, byte[] split, int stripes) {
        var length = split.length / stripes;
        var sum = sum(hash, split, length, stripes);
        for (var i = 0; i < length; i++) {
            sum[i] ^= split[split.length - length + i];
        }
        return sum;
    }

    /** All stripes but the last, diffused one into the next. */
    private static byte[] sum(Hash hash, byte[] split, int length, int stripes) {
        var digest = hash.digest();
        var sum = new byte[length];
        for (var stripe = 0; stripe < stripes - 1; stripe++) {
            for (var i = 0; i < length; i++) {
                sum[i] ^= split[stripe * length + i];
            }
            diffuse(digest, sum, hash.bytes());
        }
        return sum;
    }

    private static void diffuse(MessageDigest digest, byte[] bytes, int hashBytes) {
        for (var at = 0; at < bytes.length; at += hashBytes) {
            var part = Math.min(hashBytes, bytes.length - at);
            digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, at / hashBytes));
            digest.update(bytes, at, part);
            System.arraycopy(digest.digest(), 0, bytes, at, part);
        }
    }
}
