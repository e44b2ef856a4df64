package dev.cistern.image;

import java.io.IOException;
import java.util.OptionalLong;

/**
 * A run of guest bytes that are alike, as {@code qemu-img map} tells of them.
 *
 * @param start the guest's offset, bytes
 * @param depth which image of the chain has it, 0 for the one that was asked
 * @param present whether any image of the chain says something of it
 * @param zero whether it reads as zeroes for certain
 * @param data whether it is stored
 * @param compressed whether it is stored compressed
 * @param offset in the file of the image at that depth, if it is stored there as is or space is set
 *     aside for it
 */
public record MapRun(
        long start,
        long length,
        int depth,
        boolean present,
        boolean zero,
        boolean data,
        boolean compressed,
        OptionalLong offset) {

    /** Takes runs. */
    @FunctionalInterface
    public interface Runs {
        /** The next run. */
        void take(MapRun run) throws IOException;
    }

    /** Names the runs of a range of an image, each as long as it can be, in order. */
    public static void of(DiskImage image, long start, long length, Runs runs) throws IOException {
        image.requireInside(start, length);
        if (length == 0) {
            return;
        }
        var run = of(start, image.map(start, length));
        for (var at = run.end(); at < start + length; ) {
            var next = of(at, image.map(at, start + length - at));
            if (run.goesOnWith(next)) {
                run = run.longer(next.length);
            } else {
                runs.take(run);
                run = next;
            }
            at = next.end();
        }
        runs.take(run);
    }

    private static MapRun of(long start, Mapping mapping) {
        return switch (mapping) {
            case Mapping.Data(var length, var depth, var offset) ->
                    new MapRun(
                            start,
                            length,
                            depth,
                            true,
                            false,
                            true,
                            false,
                            OptionalLong.of(offset));
            case Mapping.Compressed(var length, var depth) ->
                    new MapRun(start, length, depth, true, false, true, true, OptionalLong.empty());
            case Mapping.Zero(var length, var depth, _, var offset) ->
                    new MapRun(
                            start,
                            length,
                            depth,
                            true,
                            true,
                            false,
                            false,
                            offset < 0 ? OptionalLong.empty() : OptionalLong.of(offset));
            case Mapping.Unallocated(var length, var depth) ->
                    new MapRun(
                            start, length, depth, false, true, false, false, OptionalLong.empty());
        };
    }

    /** The guest's offset behind it. */
    public long end() {
        return start + length;
    }

    private boolean goesOnWith(MapRun next) {
        return depth == next.depth
                && present == next.present
                && zero == next.zero
                && data == next.data
                && compressed == next.compressed
                && (offset.isEmpty()
                        ? next.offset.isEmpty()
                        : next.offset.isPresent()
                                && offset.getAsLong() + length == next.offset.getAsLong());
    }

    private MapRun longer(long by) {
        return new MapRun(start, length + by, depth, present, zero, data, compressed, offset);
    }
}
