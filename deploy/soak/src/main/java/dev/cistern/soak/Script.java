package dev.cistern.soak;

import dev.cistern.image.DiskImage;
import dev.cistern.image.DiskImage.Space;
import dev.cistern.image.ImageException;
import dev.cistern.image.qcow2.Qcow2Image;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;

/** What is done to an image that is open for writing: one thing for each byte of a text. */
public final class Script {
    /** Bytes of a script that is read from an input. */
    public static final int LENGTH = 8;

    private static final Clock CLOCK = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
    private static final int[] LENGTHS = {1, 512, 5000, 70_000};
    private static final int KINDS = 11;
    private static final int PLACES = 6;

    /** Larger images are not made longer: that would be a test of patience. */
    private static final long MOST_RESIZED = 1L << 32;

    private final byte[] steps;

    private Script(byte[] steps) {
        this.steps = steps;
    }

    /** The script of some bytes. */
    public static Script of(byte... steps) {
        return new Script(steps.clone());
    }

    /** One of each, in a sensible order. */
    public static Script usual() {
        var steps = new byte[2 * KINDS];
        for (var i = 0; i < steps.length; i++) {
            steps[i] = (byte) (i * 17 + ((i / KINDS) << 5));
        }
        return new Script(steps);
    }

    /** Does it; a step that is refused does not keep the others from being done. */
    void on(DiskImage image) throws IOException {
        ImageException refused = null;
        for (var step : steps) {
            try {
                step(Byte.toUnsignedInt(step), image);
            } catch (ImageException e) {
                refused = e;
            } catch (NoSuchFileException _) {
                // The snapshot is gone, by a step before.
            }
        }
        if (refused != null) {
            throw refused;
        }
    }

    private static void step(int step, DiskImage image) throws IOException {
        var length = Math.min(LENGTHS[step / KINDS & 3], image.capacity());
        var at = place(step / KINDS / LENGTHS.length, image.capacity() - length);
        switch (step % KINDS) {
            case 0, 1 -> image.write(ByteBuffer.wrap(content(step, (int) length)), at);
            case 2 -> image.zero(at, length, Space.FREE);
            case 3 -> image.zero(at, length, Space.KEEP);
            case 4 -> image.discard(at, length);
            case 5 -> image.flush();
            case 6 -> resize(image, image.capacity() + length * 512);
            case 7 -> resize(image, image.capacity() / 2 / 512 * 512);
            default -> {
                if (image instanceof Qcow2Image qcow2) {
                    ofQcow2(step, qcow2, at);
                }
            }
        }
    }

    private static void ofQcow2(int step, Qcow2Image image, long at) throws IOException {
        var snapshots = image.snapshots();
        switch (step % KINDS) {
            case 8 -> compress(image, at);
            case 9 -> image.createSnapshot("of step " + step, CLOCK);
            default -> {
                if (!snapshots.isEmpty()) {
                    var snapshot = snapshots.get(step / KINDS % snapshots.size()).id();
                    if (step / KINDS % 2 == 0) {
                        image.revertToSnapshot(snapshot);
                    } else {
                        image.deleteSnapshot(snapshot);
                    }
                }
            }
        }
    }

    private static void compress(Qcow2Image image, long at) throws IOException {
        var start = at / image.clusterSize() * image.clusterSize();
        var length = (int) Math.min(image.clusterSize(), image.capacity() - start);
        if (length > 0) {
            image.writeCompressed(ByteBuffer.allocate(length), start);
        }
    }

    private static void resize(DiskImage image, long capacity) throws IOException {
        if (image.capacity() <= MOST_RESIZED) {
            image.resize(capacity);
        }
    }

    private static long place(int which, long last) {
        return switch (which % PLACES) {
            case 0 -> 0;
            case 1 -> last;
            case 2 -> last / 2;
            case 3 -> Math.min(last, 4096);
            case 4 -> Math.min(last, 10_001);
            default -> last / 3;
        };
    }

    private static byte[] content(int step, int length) {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++) {
            bytes[i] = (byte) (i + step);
        }
        return bytes;
    }
}
