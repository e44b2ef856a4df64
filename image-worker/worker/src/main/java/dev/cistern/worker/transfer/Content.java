package dev.cistern.worker.transfer;

import dev.cistern.image.DiskImage;
import dev.cistern.image.Mapping;
import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Bytes that clients fetch. Thread-safe. */
public sealed interface Content {
    /** How many there are. */
    long size();

    /** Fills the buffer's room, which is within the content. */
    void read(ByteBuffer into, long offset) throws IOException;

    /**
     * How the bytes from an offset on are, as far as that is told at once.
     *
     * @param atMost how many runs are told
     */
    List<Extent> extents(long from, int atMost) throws IOException;

    /** The bytes of a file, as they are stored. */
    record OfFile(Storage file, long size) implements Content {
        @Override
        public void read(ByteBuffer into, long offset) throws IOException {
            file.readPadded(into, offset);
        }

        @Override
        public List<Extent> extents(long from, int atMost) throws IOException {
            var extents = new ArrayList<Extent>();
            for (var at = from; at < size && extents.size() < atMost; ) {
                var data = Math.min(size, file.nextData(at));
                if (data > at) {
                    extents.add(new Extent(at, data - at, Extent.State.ZERO));
                    at = data;
                } else {
                    var hole = Math.clamp(file.nextHole(at), at + 1, size);
                    extents.add(new Extent(at, hole - at, Extent.State.DATA));
                    at = hole;
                }
            }
            return extents;
        }
    }

    /** What a guest reads of an image. */
    record OfImage(DiskImage image) implements Content {
        /** A fragmented image is not looked through in one go. */
        private static final int MAPPINGS = 100_000;

        @Override
        public long size() {
            return image.capacity();
        }

        @Override
        public void read(ByteBuffer into, long offset) throws IOException {
            image.read(into, offset);
        }

        @Override
        public List<Extent> extents(long from, int atMost) throws IOException {
            var extents = new ArrayList<Extent>();
            var at = from;
            for (var looked = 0; at < size() && looked < MAPPINGS; looked++) {
                var mapping = image.map(at, size() - at);
                var state =
                        switch (mapping) {
                            case Mapping.Data _, Mapping.Compressed _ -> Extent.State.DATA;
                            case Mapping.Zero _, Mapping.Unallocated _ -> Extent.State.ZERO;
                        };
                if (!extents.isEmpty() && extents.getLast().state() == state) {
                    var last = extents.removeLast();
                    extents.add(new Extent(last.start(), last.length() + mapping.length(), state));
                } else if (extents.size() == atMost) {
                    break;
                } else {
                    extents.add(new Extent(at, mapping.length(), state));
                }
                at += mapping.length();
            }
            return extents;
        }
    }
}
