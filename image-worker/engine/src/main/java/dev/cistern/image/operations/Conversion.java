package dev.cistern.image.operations;

import dev.cistern.image.OpenGate;
import java.util.OptionalLong;

/**
 * How an image is converted.
 *
 * @param capacity of the new image, bytes, at least the source's; that if empty
 * @param gate opens what the new image names as its backing file; makes and opens the extents of an
 *     image of several files that is made in a file
 * @param verified whether the new image is read back and compared with the source
 */
public record Conversion(
        NewImage target, OptionalLong capacity, CopyOptions copy, OpenGate gate, boolean verified) {
    /** To an image that stands alone, as usual. */
    public static Conversion to(NewImage target) {
        return new Conversion(
                target, OptionalLong.empty(), CopyOptions.DEFAULT, OpenGate.shut(), false);
    }

    /** The same with another capacity. */
    public Conversion withCapacity(long bytes) {
        return new Conversion(target, OptionalLong.of(bytes), copy, gate, verified);
    }

    /** The same, copied in another way. */
    public Conversion copying(CopyOptions options) {
        return new Conversion(target, capacity, options, gate, verified);
    }

    /** The same over a backing file. */
    public Conversion through(OpenGate other) {
        return new Conversion(target, capacity, copy, other, verified);
    }

    /** The same, read back. */
    public Conversion verifying() {
        return new Conversion(target, capacity, copy, gate, true);
    }
}
