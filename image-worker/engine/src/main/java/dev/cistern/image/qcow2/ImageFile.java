package dev.cistern.image.qcow2;

import dev.cistern.image.qcow2.format.ClusterGeometry;
import dev.cistern.image.storage.Storage;
import dev.cistern.image.storage.UnsyncedStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Set;

/** The file of an image, its geometry, and the only way to make it wait for the disk. */
final class ImageFile {
    private final Storage storage;
    private final ClusterGeometry geometry;
    private final Set<Barrier> omitted;

    ImageFile(Storage storage, ClusterGeometry geometry) {
        this(storage, geometry, EnumSet.noneOf(Barrier.class));
    }

    /**
     * A file that passes over some barriers, by which a test proves that each is needed.
     *
     * @param omitted none but in tests
     */
    ImageFile(Storage storage, ClusterGeometry geometry, Set<Barrier> omitted) {
        this.storage = new UnsyncedStorage(storage);
        this.geometry = geometry;
        this.omitted = omitted;
    }

    Storage storage() {
        return storage;
    }

    ClusterGeometry geometry() {
        return geometry;
    }

    String name() {
        return storage.name();
    }

    /** Everything written before is on the disk before anything that is written after. */
    void await(Barrier barrier) throws IOException {
        await(barrier, storage);
    }

    /** The same for another file of the image. */
    void await(Barrier barrier, Storage file) throws IOException {
        if (!omitted.contains(barrier)) {
            file.sync();
        }
    }

    void write(ByteBuffer from, long host) throws IOException {
        storage.writeFully(from, host);
    }

    /** Reads a table; what lies beyond the end of the file is zero. */
    ByteBuffer read(long host, int length) throws IOException {
        var bytes = ByteBuffer.allocate(length);
        storage.readPadded(bytes, host);
        return bytes.flip();
    }
}
