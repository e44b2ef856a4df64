package dev.cistern.image.operations;

import dev.cistern.image.DiskImage;
import dev.cistern.image.DiskImage.Space;
import dev.cistern.image.Progress;
import dev.cistern.image.operations.WipeAlgorithm.Pass;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.SplittableRandom;

/**
 * Makes what an image held unreadable, by writing over everything that it stores, in place and as
 * often as the algorithm says. What it has from images below or stores compressed is made zero, so
 * that nothing of before is read; holes hold nothing and stay holes.
 *
 * <p>What a snapshot inside the image shares with it stays, since an image writes what is shared
 * elsewhere. So does what a file system that never writes in place, a snapshot of it or a disk with
 * spare sectors keeps.
 */
public final class Wipe {
    /** A multiple of what each pass repeats, 1 to 3 bytes. */
    private static final int STEP_BYTES = 3 << 18;

    private final DiskImage image;
    private final Progress progress;
    private final long size;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(STEP_BYTES);
    private final SplittableRandom random = new SplittableRandom(new SecureRandom().nextLong());

    private Wipe(DiskImage image, Progress progress) {
        this.image = image;
        this.progress = progress;
        this.size = image.capacity();
    }

    /**
     * Wipes an image, durably pass by pass. When it is cut short, the image holds neither what it
     * did nor what it is to hold; wiping it again makes that good.
     *
     * @param progress hears of the capacity of the image times the number of passes
     * @throws IOException what the progress throws, too
     */
    public static void image(DiskImage image, WipeAlgorithm algorithm, Progress progress)
            throws IOException {
        new Wipe(image, progress).run(algorithm);
    }

    private void run(WipeAlgorithm algorithm) throws IOException {
        var passes = algorithm.passes();
        var total = Math.max(1, passes.size()) * size;
        hideWhatIsNotOverwritten(algorithm == WipeAlgorithm.TRIM);
        for (var number = 0; number < passes.size(); number++) {
            write(passes.get(number), number * size, total);
            image.flush();
        }
        progress.at(total, total);
    }

    private void hideWhatIsNotOverwritten(boolean all) throws IOException {
        for (var at = 0L; at < size; ) {
            var mapping = image.map(at, size - at);
            if (!mapping.readsZero() && (all || !mapping.isOwnData())) {
                image.zero(at, mapping.length(), Space.FREE);
            }
            at += mapping.length();
        }
        image.flush();
    }

    private void write(Pass pass, long before, long total) throws IOException {
        fill(pass);
        for (var at = 0L; at < size; ) {
            var mapping = image.map(at, Math.min(STEP_BYTES, size - at));
            if (mapping.isOwnData()) {
                if (pass instanceof Pass.Random) {
                    fill(pass);
                }
                image.write(buffer.clear().limit((int) mapping.length()), at);
                progress.copied(mapping.length());
            }
            at += mapping.length();
            progress.at(before + at, total);
        }
    }

    private void fill(Pass pass) {
        buffer.clear();
        switch (pass) {
            case Pass.Fixed(var bytes) -> {
                for (var at = 0; at < STEP_BYTES; at++) {
                    buffer.put(at, bytes.get(at % bytes.size()));
                }
            }
            case Pass.Random() -> {
                for (var at = 0; at < STEP_BYTES; at += Long.BYTES) {
                    buffer.putLong(at, random.nextLong());
                }
            }
        }
    }
}
