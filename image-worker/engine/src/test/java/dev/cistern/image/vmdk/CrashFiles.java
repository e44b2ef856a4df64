package dev.cistern.image.vmdk;

import dev.cistern.image.DiskImage;
import dev.cistern.image.raw.RawImage;
import dev.cistern.image.storage.MemoryStorage;
import dev.cistern.image.storage.RecordingStorage;
import dev.cistern.image.storage.Storage;
import dev.cistern.image.storage.StoragePart;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The files of an image, one behind the other in a recording: extents in slots of a fixed length,
 * which they need not fill, and last the file by which the image is opened.
 */
final class CrashFiles {
    static final String IMAGE = "disk.vmdk";

    private final Map<String, Integer> slots = new HashMap<>();
    private final Map<String, Long> sizes = new HashMap<>();
    private final byte[] below;
    private final int slotBytes;

    /**
     * Those of a story.
     *
     * @param slotBytes long enough for what the story puts into an extent
     */
    CrashFiles(byte[] below, int slotBytes) {
        this.below = below;
        this.slotBytes = slotBytes;
    }

    /** Gives an extent the next slot. */
    int slotOf(String name) {
        var next = slots.size();
        return slots.computeIfAbsent(name, _ -> next);
    }

    /** An extent of so many bytes is there at the beginning. */
    int slotOf(String name, long size) {
        sizes.put(name, size);
        return slotOf(name);
    }

    /** Where the image's own file begins; all slots are there from the beginning. */
    int start(int count) {
        return count * slotBytes;
    }

    /** The image in a recording, to be changed. */
    VmdkImage open(RecordingStorage whole, int count, WaitForDisk disk) throws IOException {
        return VmdkImage.open(
                new StoragePart(whole, start(count), Long.MAX_VALUE),
                true,
                files(whole, true),
                disk);
    }

    /** The image in what a crash left. */
    VmdkImage openLeft(RecordingStorage whole, int count) throws IOException {
        return VmdkImage.open(
                new StoragePart(whole, start(count), Long.MAX_VALUE), false, files(whole, false));
    }

    /**
     * The files in a recording.
     *
     * @param live whether they are as long as they were made; what a crash left fills its slots
     */
    VmdkFiles files(RecordingStorage whole, boolean live) {
        return new VmdkFiles(
                (_, _, _) -> parent(),
                (name, _, _) -> {
                    if (!slots.containsKey(name)) {
                        throw new NoSuchFileException(name);
                    }
                    return slot(whole, name, live ? sizes.getOrDefault(name, 0L) : slotBytes);
                },
                name -> {
                    var _ = slotOf(name);
                    return slot(whole, name, 0);
                });
    }

    private Storage slot(RecordingStorage whole, String name, long size) {
        var from = slotOf(name) * (long) slotBytes;
        return new Slot(new StoragePart(whole, from, from + slotBytes), slotBytes, size);
    }

    DiskImage parent() throws IOException {
        var storage = new MemoryStorage("parent");
        storage.writeFully(ByteBuffer.wrap(below), 0);
        return RawImage.open(storage, false);
    }

    Optional<VmdkOptions.Parent> parentOption() {
        return below.length == 0
                ? Optional.empty()
                : Optional.of(new VmdkOptions.Parent("parent.vmdk", 7));
    }

    /** A file of which a crash leaves the bytes that were synced, and zeroes behind its end. */
    private static final class Slot implements Storage {
        private final StoragePart part;
        private final int room;
        private long size;

        Slot(StoragePart part, int room, long size) {
            this.part = part;
            this.room = room;
            this.size = size;
        }

        @Override
        public int read(ByteBuffer into, long offset) throws IOException {
            return part.read(into, offset);
        }

        @Override
        public void writeFully(ByteBuffer from, long offset) throws IOException {
            size = Math.max(size, offset + from.remaining());
            part.writeFully(from, offset);
        }

        @Override
        public long size() {
            return size;
        }

        /** What is beyond the end of a file that becomes longer is zero. */
        @Override
        public void truncate(long wanted) throws IOException {
            if (wanted > size && wanted <= room) {
                part.zero(size, wanted - size);
            }
            size = Math.min(wanted, room);
        }

        @Override
        public void zero(long offset, long length) throws IOException {
            part.zero(offset, length);
        }

        @Override
        public boolean punchHole(long offset, long length) throws IOException {
            return part.punchHole(offset, length);
        }

        @Override
        public void allocate(long offset, long length) throws IOException {
            part.allocate(offset, length);
        }

        @Override
        public long nextData(long offset) {
            return Math.min(size, part.nextData(offset));
        }

        @Override
        public long nextHole(long offset) {
            return Math.min(size, part.nextHole(offset));
        }

        @Override
        public void sync() throws IOException {
            part.sync();
        }

        @Override
        public String name() {
            return part.name();
        }

        @Override
        public void close() {}
    }

    static byte[] filled(int length, int value) {
        var bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }
}
