package dev.cistern.image;

/**
 * A bitmap that an image has of which of its parts were written to.
 *
 * @param granularity guest bytes that one bit stands for
 * @param recording whether writes are recorded; QEMU calls it {@code auto}
 * @param inconsistent whether its bits are of no use, because whoever wrote to the image last did
 *     not close it in order, or has it open still; QEMU calls it {@code in-use}
 */
public record BitmapInfo(String name, long granularity, boolean recording, boolean inconsistent) {}
