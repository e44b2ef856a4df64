package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.image.DiskImage;
import dev.cistern.image.DiskImage.Space;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Gives the space back that an image spends on zeroes. A guest reads the same at any time, so a
 * copy of the command does no harm, and what a crash leaves undone the next compaction does.
 */
final class CompactVolume implements InPlace.Change<Command.CompactVolume, DiskImage> {
    private static final int STEP_BYTES = 1 << 20;

    /** What is given back at once: the size of most clusters. */
    private static final int UNIT_BYTES = 64 << 10;

    private static final ByteBuffer ZEROES =
            ByteBuffer.allocateDirect(UNIT_BYTES).asReadOnlyBuffer();

    @Override
    public String stage() {
        return "compacting";
    }

    @Override
    public DiskImage open(Command.CompactVolume command, ImageFile file) throws IOException {
        return file.open();
    }

    @Override
    public DiskImage look(Command.CompactVolume command, ImageFile file) throws IOException {
        return file.look();
    }

    /** Only a compaction tells. */
    @Override
    public boolean isMade(Command.CompactVolume command, DiskImage image) {
        return false;
    }

    @Override
    public void make(Command.CompactVolume command, DiskImage image, VolumeWork volume)
            throws IOException {
        var progress = volume.progress();
        var buffer = ByteBuffer.allocateDirect(STEP_BYTES);
        var total = image.capacity();
        for (var at = 0L; at < total; ) {
            progress.at(at, total);
            var end = Math.min(total, at - at % STEP_BYTES + STEP_BYTES);
            var mapping = image.map(at, total - at);
            if (mapping.isOwnData()) {
                end = Math.min(end, at + mapping.length());
                compact(image, buffer.clear().limit((int) (end - at)), at);
            } else {
                end = at + mapping.length();
            }
            at = end;
        }
        image.flush();
    }

    private static void compact(DiskImage image, ByteBuffer buffer, long start) throws IOException {
        image.read(buffer, start);
        var bytes = buffer.flip();
        var from = (int) (-start & (UNIT_BYTES - 1));
        for (var at = from; at + UNIT_BYTES <= bytes.limit(); at += UNIT_BYTES) {
            if (isZero(bytes.slice(at, UNIT_BYTES))) {
                image.zero(start + at, UNIT_BYTES, Space.FREE);
            }
        }
    }

    private static boolean isZero(ByteBuffer bytes) {
        return bytes.mismatch(ZEROES.duplicate()) < 0;
    }
}
