package dev.cistern.image.operations;

import dev.cistern.image.ContentSink.Turn;
import dev.cistern.image.DiskImage;
import dev.cistern.image.Progress;
import dev.cistern.image.operations.Crew.Hand;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A checksum of what a guest reads, the same in whatever format and however it is stored:
 *
 * <pre>
 *   SHA-256 of
 *       the capacity in bytes, as 8 bytes, the most significant first
 *       the SHA-256 of each MiB in turn, the last of which may be shorter
 * </pre>
 *
 * <p>So several threads work on it, and what is not stored costs next to nothing.
 */
public final class Checksum {
    private static final int BLOCK = 1 << 20;

    private final DiskImage image;
    private final MessageDigest all = sha256();
    private final byte[] ofZeroes = sha256().digest(new byte[BLOCK]);

    private Checksum(DiskImage image) {
        this.image = image;
    }

    /**
     * The checksum of an image that does not change meanwhile, in hexadecimal digits.
     *
     * @throws IOException what the progress throws, too
     */
    public static String of(DiskImage image, int threads, Progress progress) throws IOException {
        return new Checksum(image).run(threads, progress);
    }

    private String run(int threads, Progress progress) throws IOException {
        var capacity = image.capacity();
        all.update(ByteBuffer.allocate(Long.BYTES).putLong(0, capacity));
        var pieces = new Pieces(image, 0, capacity, BLOCK, true, false);
        new Crew(threads, capacity, pieces::next, progress).run(DigestingHand::new);
        return HexFormat.of().formatHex(all.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /** What one thread does. */
    private final class DigestingHand implements Hand {
        private final Arena arena = Arena.ofConfined();
        private final MemorySegment memory = arena.allocate(BLOCK, DiskImage.PAGE);
        private final MessageDigest digest = sha256();

        @Override
        public void work(Piece piece, Turn turn) throws IOException {
            switch (piece.kind()) {
                case ZERO -> addZeroes(piece.length(), turn);
                case DATA, BELOW -> {
                    var sum = digest(piece);
                    turn.await();
                    all.update(sum);
                }
            }
        }

        /** Pieces of data are no longer than a block. */
        private byte[] digest(Piece piece) throws IOException {
            var bytes = memory.asByteBuffer().limit((int) piece.length());
            image.read(bytes, piece.offset());
            digest.update(bytes.flip());
            return digest.digest();
        }

        private void addZeroes(long length, Turn turn) throws IOException {
            var rest = digest.digest(new byte[(int) (length % BLOCK)]);
            turn.await();
            for (var block = 0L; block < length / BLOCK; block++) {
                all.update(ofZeroes);
            }
            if (length % BLOCK > 0) {
                all.update(rest);
            }
        }

        @Override
        public void close() {
            arena.close();
        }
    }
}
