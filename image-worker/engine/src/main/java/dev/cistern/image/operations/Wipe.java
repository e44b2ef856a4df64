package dev.cistern.image.operations;

import dev.cistern.image.Progress;
import dev.cistern.image.operations.WipeAlgorithm.Pass;
import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.SplittableRandom;

/**
 * Makes what a file held unreadable, by writing over everything that it has stored, in place and as
 * often as the algorithm says. Holes hold nothing and stay holes; the length stays.
 *
 * <p>This is of files and not of images, since an image writes what is shared elsewhere. Afterwards
 * a file is a raw image of what was written last; of another format it is an image no more, and has
 * to be made anew. What a file system that never writes in place, a snapshot of it or a disk with
 * spare sectors keeps, stays there.
 */
public final class Wipe {
    /** A multiple of what each pass repeats, 1 to 3 bytes. */
    private static final int STEP_BYTES = 3 << 18;

    private final Storage file;
    private final Progress progress;
    private final long size;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(STEP_BYTES);
    private final SplittableRandom random = new SplittableRandom(new SecureRandom().nextLong());

    private Wipe(Storage file, Progress progress) throws IOException {
        this.file = file;
        this.progress = progress;
        this.size = file.size();
    }

    /**
     * Wipes a file, durably pass by pass. When it is cut short, the file holds neither what it did
     * nor what it is to hold; wiping it again makes that good.
     *
     * @param progress hears of the length of the file times the number of passes
     * @throws IOException what the progress throws, too
     */
    public static void file(Storage file, WipeAlgorithm algorithm, Progress progress)
            throws IOException {
        var wipe = new Wipe(file, progress);
        if (algorithm == WipeAlgorithm.TRIM) {
            wipe.trim();
        } else {
            wipe.write(algorithm);
        }
    }

    private void trim() throws IOException {
        if (size > 0 && !file.punchHole(0, size)) {
            throw new IOException(
                    file.name() + ": the file system cannot take space back; it cannot be trimmed");
        }
        file.sync();
        progress.at(size, size);
    }

    private void write(WipeAlgorithm algorithm) throws IOException {
        var passes = algorithm.passes();
        for (var number = 0; number < passes.size(); number++) {
            write(passes.get(number), number * size, passes.size() * size);
            file.sync();
        }
        progress.at(passes.size() * size, passes.size() * size);
    }

    private void write(Pass pass, long before, long total) throws IOException {
        fill(pass);
        for (var at = file.nextData(0); at < size; at = file.nextData(at)) {
            var end = Math.min(size, Math.max(file.nextHole(at), at + 1));
            while (at < end) {
                var count = (int) Math.min(STEP_BYTES, end - at);
                if (pass instanceof Pass.Random) {
                    fill(pass);
                }
                file.writeFully(buffer.clear().limit(count), at);
                at += count;
                progress.copied(count);
                progress.at(before + at, total);
            }
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
