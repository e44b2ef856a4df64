package dev.cistern.common.message;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * The file of a volume, and what tells it from another that has come under its name.
 *
 * @param name file name in the pool's folder
 * @param format raw, qcow2 or vmdk; it outranks what the content looks like
 * @param inode the file's inode when it was last seen; null when it was never seen
 * @param secret name of the secret that opens it; null if it is not encrypted, or none is known
 */
public record ImageRef(
        String name,
        String format,
        @Nullable Long inode,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String secret) {
    /** An image that opens without a secret. */
    public ImageRef(String name, String format, @Nullable Long inode) {
        this(name, format, inode, null);
    }
}
