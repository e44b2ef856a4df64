package dev.cistern.common.operation;

import dev.cistern.common.message.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Entity tags (RFC 9110, 8.8.3): digests of what is shown, so that they change exactly when it
 * does.
 */
public final class EntityTag {
    private static final int BYTES = 16;

    private EntityTag() {}

    /** The strong tag of a representation, quoted as in the header. */
    public static String of(Object representation) {
        var shown =
                representation instanceof String text
                        ? text.getBytes(StandardCharsets.UTF_8)
                        : Json.bytes(representation);
        return '"' + digest(shown).substring(0, 2 * BYTES) + '"';
    }

    /** SHA-256 of parts, each with its length before it; in hexadecimal digits. */
    public static String digest(byte[]... parts) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            Arrays.stream(parts)
                    .forEach(
                            part -> {
                                digest.update(
                                        Integer.toString(part.length)
                                                .getBytes(StandardCharsets.US_ASCII));
                                digest.update((byte) ':');
                                digest.update(part);
                            });
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
