package dev.cistern.image.qcow2;

import dev.cistern.image.ImageException;
import dev.cistern.image.qcow2.format.ClusterGeometry;
import dev.cistern.image.qcow2.format.L2Entry;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Clusters that are stored compressed, at any byte of the file and over the ends of clusters. */
final class CompressedClusters {
    private static final Scratch PACKED = new Scratch();
    private static final Scratch UNPACKED = new Scratch();

    private final ImageFile file;
    private final ClusterGeometry geometry;
    private final ClusterCodec codec;

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
        var cluster = UNPACKED.of(geometry.clusterSize());
        if (!codec.unpack(bytes.flip(), cluster)) {
            throw new ImageException.Corrupt(
                    "%s: the compressed cluster at 0x%x, %d bytes at most, does not give %d bytes"
                            .formatted(file.name(), host, bytes.limit(), geometry.clusterSize()));
        }
        into.put(cluster.slice(inCluster, into.remaining()));
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
        return codec.pack(direct, bytes) ? bytes.flip() : bytes.limit(0);
    }
}
