package dev.cistern.common.message;

/**
 * A file system to be made on a device.
 *
 * @param type as in {@code mkfs -t}
 * @param overwrite whatever is on the device; without it a device with anything on it that is known
 *     is refused
 */
public record Formatting(String device, String type, boolean overwrite) {}
