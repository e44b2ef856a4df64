package dev.cistern.image.qcow2;

import dev.cistern.image.ImageException;
import dev.cistern.image.Scratch;
import dev.cistern.image.qcow2.format.ClusterGeometry;
import dev.cistern.image.qcow2.format.L2Entry;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Clusters that are stored compressed, at any byte of the file and over the ends of clusters. */
final class CompressedClusters implements Closeable {
    private static final Scratch PACKED = new Scratch();
    private static final Scratch UNPACKED = new Scratch();

    private final ImageFile file;
    private final ClusterGeometry geometry;
    private final ClusterCodec codec;

    /** Those that no thread uses; as many as threads have read at once. */
    private final ConcurrentLinkedQueue<ClusterCodec.Unpacker> idle = new ConcurrentLinkedQueue<>();

    CompressedClusters(ImageFile file, ClusterCodec codec) {
        this.file = file;
        this.geometry = file.geometry();
        this.codec = codec;
    }

    /**
     * Fills the buffer's room from a cluster.
     *
     * @param inCluster where in the cluster to begin
     */
    void read(ByteBuffer into, long entry, int inCluster) throws IOException {
        var bytes = PACKED.of(L2Entry.compressedLength(entry, geometry));
        var host = L2Entry.compressedHost(entry, geometry);
        file.storage().readUpTo(bytes, host);
        if (into.isDirect() && into.remaining() == geometry.clusterSize()) {
            unpack(bytes.flip(), into, host);
            return;
        }
        var cluster = UNPACKED.of(geometry.clusterSize());
        unpack(bytes.flip(), cluster, host);
        into.put(cluster.slice(inCluster, into.remaining()));
    }

    private void unpack(ByteBuffer bytes, ByteBuffer into, long host)
            throws ImageException.Corrupt {
        var known = idle.poll();
        var unpacker = known == null ? codec.unpacker() : known;
        try {
            if (!unpacker.unpack(bytes, into)) {
                throw new ImageException.Corrupt(
                        "%s: the compressed cluster at 0x%x, %d bytes at most, does not give %d bytes"
                                .formatted(
                                        file.name(), host, bytes.limit(), geometry.clusterSize()));
            }
        } finally {
            idle.add(unpacker);
        }
    }

    @Override
    public void close() {
        for (var unpacker = idle.poll(); unpacker != null; unpacker = idle.poll()) {
            unpacker.close();
        }
    }

    /**
     * A cluster compressed, valid until the thread's next call.
     *
     * @param cluster whole; its room is used up
     * @return without room if it does not get smaller
     */
    ByteBuffer pack(ByteBuffer cluster) {
        var direct = UNPACKED.of(geometry.clusterSize()).put(cluster).flip();
        var bytes = PACKED.of(geometry.clusterSize() - 1);
        try (var packer = codec.packer()) {
            return packer.pack(direct, bytes) ? bytes.flip() : bytes.limit(0);
        }
    }

    /** Packs many clusters on one thread. */
    ClusterCodec.Packer packer() {
        return codec.packer();
    }
}
