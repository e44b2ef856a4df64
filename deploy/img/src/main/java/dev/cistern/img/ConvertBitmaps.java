package dev.cistern.img;

import dev.cistern.image.BitmapInfo;
import dev.cistern.image.DiskImage;
import dev.cistern.image.ImageException;
import dev.cistern.image.qcow2.Qcow2Bitmaps;
import dev.cistern.image.qcow2.Qcow2Image;
import java.io.IOException;
import java.util.List;

/** The bitmaps that {@code convert} takes along. */
final class ConvertBitmaps {
    private final Console console;
    private final Qcow2Bitmaps source;

    private final List<BitmapInfo> all;

    private ConvertBitmaps(Console console, Qcow2Bitmaps source, List<BitmapInfo> all) {
        this.console = console;
        this.source = source;
        this.all = all;
    }

    /**
     * Those of an image.
     *
     * @param skipBroken whether those of no use are passed over, for which it is refused otherwise
     */
    static ConvertBitmaps of(Console console, DiskImage image, boolean skipBroken) throws Failure {
        if (!(image instanceof Qcow2Image qcow2)) {
            throw Failure.of("Source lacks bitmap support");
        }
        var all = qcow2.bitmaps().list();
        for (var bitmap : all.reversed()) {
            if (bitmap.inconsistent() && !skipBroken) {
                throw Failure.of("Cannot copy inconsistent bitmap '%s'".formatted(bitmap.name()))
                        .withHint(
                                "Try --skip-broken-bitmaps, or use '%s bitmap --remove' to delete it\n"
                                        .formatted(Console.PROGRAM));
            }
        }
        return new ConvertBitmaps(console, qcow2.bitmaps(), all);
    }

    /** Gives them to an open image, all or none; QEMU goes through them from the last one on. */
    void copyTo(DiskImage image) throws Failure, IOException {
        if (!(image instanceof Qcow2Image qcow2) || !qcow2.bitmaps().possible()) {
            throw Failure.of(
                    "Format driver '%s' does not support bitmaps".formatted(image.format().text()));
        }
        var target = qcow2.bitmaps();
        for (var bitmap : all.reversed()) {
            if (bitmap.inconsistent()) {
                console.report(
                        "warning: Skipping inconsistent bitmap '%s'".formatted(bitmap.name()));
            } else {
                requirePossible(bitmap.name(), target, image.capacity());
            }
        }
        for (var bitmap : all) {
            if (!bitmap.inconsistent()) {
                copy(bitmap, target);
            }
        }
    }

    private void requirePossible(String name, Qcow2Bitmaps target, long capacity)
            throws Failure, IOException {
        if (target.list().stream().anyMatch(one -> one.name().equals(name))) {
            throw Failure.of(
                    "Failed to create bitmap %s: Bitmap already exists: %s".formatted(name, name));
        }
        var size = source.dirty(name).capacity();
        if (size != capacity) {
            throw Failure.of(
                    "Failed to populate bitmap %s: Bitmaps are of different sizes (destination size is %d, source size is %d) and can't be merged"
                            .formatted(name, capacity, size));
        }
    }

    private void copy(BitmapInfo bitmap, Qcow2Bitmaps target) throws Failure, IOException {
        var name = bitmap.name();
        try {
            target.add(name, bitmap.granularity(), bitmap.recording());
        } catch (ImageException.OutOfRange e) {
            throw Failure.of("Failed to create bitmap %s: %s".formatted(name, Reasons.of(e)));
        }
        target.merge(name, source.dirty(name));
    }
}
