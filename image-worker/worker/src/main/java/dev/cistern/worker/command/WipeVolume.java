package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.WipeAlgorithm.Pass;
import dev.cistern.image.DiskImage;
import dev.cistern.image.DiskImage.Space;
import dev.cistern.image.Progress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * Overwrites what an image stores, pass by pass, each on disk before the next. What it does not
 * store, but has from images below or stores compressed, is made zero, so that nothing of before is
 * read.
 */
final class WipeVolume implements InPlace.Change<Command.WipeVolume, DiskImage> {
    private static final int STEP_BYTES = 1 << 20;

    @Override
    public String stage() {
        return "wiping";
    }

    @Override
    public DiskImage open(Command.WipeVolume command, ImageFile file) throws IOException {
        return file.open();
    }

    @Override
    public DiskImage look(Command.WipeVolume command, ImageFile file) throws IOException {
        return file.look();
    }

    /** Only a wipe tells. */
    @Override
    public boolean isMade(Command.WipeVolume command, DiskImage image) {
        return false;
    }

    @Override
    public void make(Command.WipeVolume command, DiskImage image, VolumeWork volume)
            throws IOException {
        var passes = command.algorithm().passes();
        var progress = volume.progress();
        var rounds = Math.max(1, passes.size());
        hideWhatIsNotOverwritten(image, passes.isEmpty());
        for (var number = 0; number < passes.size(); number++) {
            overwrite(image, passes.get(number), part(progress, number, rounds));
            image.flush();
        }
        progress.at(image.capacity() * rounds, image.capacity() * rounds);
    }

    private static Progress part(Progress whole, int number, int rounds) {
        return (done, total) -> whole.at(number * total + done, rounds * total);
    }

    private static void hideWhatIsNotOverwritten(DiskImage image, boolean all) throws IOException {
        for (var at = 0L; at < image.capacity(); ) {
            var mapping = image.map(at, image.capacity() - at);
            if (!mapping.readsZero() && (all || !CompactVolume.isOwnData(mapping))) {
                image.zero(at, mapping.length(), Space.FREE);
            }
            at += mapping.length();
        }
        image.flush();
    }

    private static void overwrite(DiskImage image, Pass pass, Progress progress)
            throws IOException {
        var pattern = pass.bytes();
        var step = STEP_BYTES - STEP_BYTES % Math.max(1, pattern.length);
        var buffer = ByteBuffer.allocateDirect(step);
        var total = image.capacity();
        for (var at = 0L; at < total; ) {
            progress.at(at, total);
            var mapping = image.map(at, Math.min(step, total - at));
            if (CompactVolume.isOwnData(mapping)) {
                fill(buffer.clear().limit((int) mapping.length()), pattern);
                image.write(buffer.flip(), at);
            }
            at += mapping.length();
        }
    }

    private static void fill(ByteBuffer buffer, byte[] pattern) {
        var bytes = new byte[buffer.remaining()];
        if (pattern.length == 0) {
            new SplittableRandom().nextBytes(bytes);
        } else {
            for (var at = 0; at < bytes.length; at++) {
                bytes[at] = pattern[at % pattern.length];
            }
        }
        buffer.put(bytes);
    }
}
