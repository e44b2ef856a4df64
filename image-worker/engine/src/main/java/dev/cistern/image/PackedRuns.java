package dev.cistern.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Runs of an image that one thread has compressed, and that wait for their turn to be stored. */
public final class PackedRuns {
    /**
     * Deflate's level for whole images. Against 6, the usual one, it takes a third less time, and
     * files of real systems become 1 % longer; they stay shorter than those of QEMU, which has a
     * smaller window.
     */
    public static final int DEFLATE_LEVEL = 5;

    private ByteBuffer memory;
    private final List<Run> runs = new ArrayList<>();

    private record Run(long offset, int start, int length) {}

    /** Stores runs. */
    @FunctionalInterface
    public interface Store {
        /** Stores what the run at a guest offset was compressed to. */
        void store(ByteBuffer packed, long offset) throws IOException;
    }

    /**
     * Without runs.
     *
     * @param bytes how much there is room for at first
     */
    public PackedRuns(int bytes) {
        this.memory = ByteBuffer.allocateDirect(bytes);
    }

    /** Room for a run, outside of the heap. */
    public ByteBuffer room(int bytes) {
        if (memory.remaining() < bytes) {
            var more = Math.max(2 * memory.capacity(), memory.position() + bytes);
            memory = ByteBuffer.allocateDirect(more).put(memory.flip());
        }
        return memory.slice(memory.position(), bytes);
    }

    /**
     * Keeps a run.
     *
     * @param length bytes at the beginning of the room that was taken last
     */
    public void add(long offset, int length) {
        runs.add(new Run(offset, memory.position(), length));
        memory.position(memory.position() + length);
    }

    /** Hands all runs out, in the order in which they came, and forgets them. */
    public void takeAll(Store store) throws IOException {
        for (var run : runs) {
            store.store(memory.slice(run.start, run.length), run.offset);
        }
        runs.clear();
        memory.clear();
    }
}
