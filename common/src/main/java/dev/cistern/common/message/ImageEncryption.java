package dev.cistern.common.message;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * How the content of a qcow2 image is encrypted. A passphrase is in no message: workers have it in
 * a file of theirs, under the name of the secret.
 *
 * @param format luks; aes of images that were adopted
 * @param secret name of the secret that has the passphrase; null if it is not known
 */
public record ImageEncryption(
        String format, @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String secret) {
    /** The format of which images are made. */
    public static final String LUKS = "luks";

    /** As an image is made anew with the same secret. */
    public ImageEncryption anew() {
        return new ImageEncryption(LUKS, secret);
    }
}
