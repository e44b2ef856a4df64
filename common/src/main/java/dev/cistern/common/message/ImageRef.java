package dev.cistern.common.message;

import org.jspecify.annotations.Nullable;

/**
 * The file of a volume, and what tells it from another that has come under its name.
 *
 * @param name file name in the pool's folder
 * @param format raw, qcow2 or vmdk; it outranks what the content looks like
 * @param inode the file's inode when it was last seen; null when it was never seen
 */
public record ImageRef(String name, String format, @Nullable Long inode) {}
