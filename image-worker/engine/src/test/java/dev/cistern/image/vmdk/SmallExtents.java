package dev.cistern.image.vmdk;

import dev.cistern.image.storage.Directory;
import dev.cistern.image.vmdk.Descriptor.Extent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;

/** Makes split images whose extents are small, so that tests have several of them. */
final class SmallExtents {
    private static final int SECTOR = 512;

    private SmallExtents() {}

    static void create(
            Directory directory, String name, long capacity, long each, VmdkOptions options)
            throws IOException {
        create(name, capacity, each, options, file -> directory.createFile(file, 0600));
    }

    static void create(String name, long capacity, long each, VmdkOptions options, NewFiles files)
            throws IOException {
        var flat = options.subformat().flat();
        var extents = new ArrayList<Extent>();
        for (var at = 0L; at < capacity; at += each) {
            var bytes = Math.min(each, capacity - at);
            var file = ExtentNames.of(name).split(flat, extents.size() + 1);
            extents.add(new Extent("RW", bytes / SECTOR, flat ? "FLAT" : "SPARSE", file, 0));
            var storage = files.create(file);
            if (flat) {
                storage.truncate(bytes);
            } else {
                VmdkCreator.writeSparse(storage, bytes, options.zeroedGrains());
            }
        }
        files.create(name)
                .writeFully(
                        ByteBuffer.wrap(NewDescriptor.of(options, capacity, extents).bytes()), 0);
    }
}
