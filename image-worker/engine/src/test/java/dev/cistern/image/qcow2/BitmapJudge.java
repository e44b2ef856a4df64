package dev.cistern.image.qcow2;

import dev.cistern.image.BitmapInfo;
import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/** Judges bitmaps: one that is not marked in use knows of every sector that has changed. */
final class BitmapJudge {
    private static final int SECTOR = 512;

    private BitmapJudge() {}

    /** What is wrong with the bitmaps that a crash left, if anything. */
    static Optional<String> judge(Storage left, byte[] before, byte[] found) throws IOException {
        if (ImageHeader.read(left).bitmaps().isEmpty()) {
            return Optional.empty();
        }
        try (var image =
                Qcow2Image.open(left, false, (name, _, _) -> CrashScene.below(name, new byte[0]))) {
            for (var bitmap : image.bitmaps().list()) {
                var missing = missing(image, bitmap, before, found);
                if (missing >= 0) {
                    return Optional.of("%s does not know of 0x%x".formatted(bitmap, missing));
                }
            }
            return Optional.empty();
        }
    }

    private static long missing(Qcow2Image image, BitmapInfo bitmap, byte[] before, byte[] found)
            throws IOException {
        if (bitmap.inconsistent() || !bitmap.recording()) {
            return -1;
        }
        var dirty = image.bitmaps().dirty(bitmap.name());
        for (var at = 0; at < found.length; at += SECTOR) {
            if (!Arrays.equals(before, at, at + SECTOR, found, at, at + SECTOR)
                    && dirty.nextDirty(at) != at) {
                return at;
            }
        }
        return -1;
    }
}
