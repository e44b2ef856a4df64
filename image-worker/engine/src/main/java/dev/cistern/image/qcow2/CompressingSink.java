package dev.cistern.image.qcow2;

import dev.cistern.image.ContentSink;
import dev.cistern.image.DiskImage.Space;
import dev.cistern.image.PackedRuns;
import dev.cistern.image.storage.Zeroes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Supplier;

/**
 * Fills an image with compressed clusters: packed by all threads, stored in the order of the guest,
 * so that whoever reads the image reads its file from front to back.
 */
final class CompressingSink implements ContentSink {
    private final Qcow2Image image;
    private final Supplier<ClusterCodec.Packer> packers;
    private final PackedRuns.Store store;
    private final boolean blank;

    CompressingSink(
            Qcow2Image image,
            Supplier<ClusterCodec.Packer> packers,
            PackedRuns.Store store,
            boolean blank) {
        this.image = image;
        this.store = store;
        this.packers = packers;
        this.blank = blank;
    }

    @Override
    public long capacity() {
        return image.capacity();
    }

    /** Clusters are compressed whole, also those that have subclusters. */
    @Override
    public int unit() {
        return image.clusterSize();
    }

    @Override
    public boolean blank() {
        return blank;
    }

    @Override
    public Lane lane() {
        return new PackingLane();
    }

    @Override
    public void finish() throws IOException {
        image.flush();
    }

    /** Packs clusters and keeps them until it is their turn. */
    private final class PackingLane implements Lane {
        private final ClusterCodec.Packer packer = packers.get();
        private final PackedRuns packed = new PackedRuns(image.clusterSize());
        private final ByteBuffer last = ByteBuffer.allocateDirect(image.clusterSize());

        @Override
        public void data(ByteBuffer bytes, long offset) throws IOException {
            var limit = bytes.limit();
            for (var at = offset; bytes.position() < limit; at += image.clusterSize()) {
                var count = Math.min(limit - bytes.position(), image.clusterSize());
                pack(bytes.limit(bytes.position() + count), at);
                bytes.position(bytes.limit()).limit(limit);
            }
        }

        private void pack(ByteBuffer bytes, long offset) throws IOException {
            var cluster = bytes.remaining() == image.clusterSize() ? bytes.slice() : padded(bytes);
            var room = packed.room(image.clusterSize() - 1);
            if (packer.pack(cluster, room)) {
                packed.add(offset, room.position());
            } else {
                image.write(bytes, offset);
            }
        }

        /** Behind the end of the image, its last cluster has zeroes. */
        private ByteBuffer padded(ByteBuffer bytes) {
            Zeroes.fill(last.clear().put(bytes.duplicate()));
            return last.flip();
        }

        @Override
        public void zero(long offset, long length) throws IOException {
            if (!blank) {
                image.zero(offset, length, Space.FREE);
            }
        }

        @Override
        public void commit(Turn turn) throws IOException {
            turn.await();
            packed.takeAll(store);
        }

        @Override
        public void close() {
            packer.close();
        }
    }
}
