package dev.cistern.image.vmdk;

import dev.cistern.image.DiskImage.Space;
import dev.cistern.image.storage.MemoryStorage;
import dev.cistern.image.vmdk.Descriptor.Extent;
import dev.cistern.image.vmdk.VmdkOptions.Subformat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Stories of images with grains of 1 KiB and tables of one sector. */
enum CrashStory {
    WRITES(Subformat.MONOLITHIC_SPARSE, 16 * 1024, 0, false) {
        @Override
        void tell(CrashScene scene) throws IOException {
            scene.write(0, 2048, 1);
            scene.write(5000, 1000, 2);
            scene.flush();
            scene.write(512, 512, 3);
            scene.flush();
            scene.discard(0, 1024);
            scene.flush();
            scene.write(8192, 512, 4);
            scene.flush();
        }
    },
    COPIES_ON_WRITE(Subformat.MONOLITHIC_SPARSE, 8 * 1024, 6 * 1024, false) {
        @Override
        void tell(CrashScene scene) throws IOException {
            scene.write(700, 100, 1);
            scene.flush();
            scene.write(700, 1000, 2);
            scene.zero(2048, 1024, Space.FREE);
            scene.zero(0, 1024, Space.FREE);
            scene.flush();
            scene.write(2100, 100, 3);
            scene.flush();
        }
    },
    ZEROED_GRAINS(Subformat.MONOLITHIC_SPARSE, 8 * 1024, 8 * 1024, true) {
        @Override
        void tell(CrashScene scene) throws IOException {
            scene.write(0, 2048, 1);
            scene.zero(4096, 1024, Space.FREE);
            scene.flush();
            scene.discard(0, 1024);
            scene.flush();
            scene.write(4096, 100, 2);
            scene.write(100, 100, 3);
            scene.flush();
        }
    },
    SEVERAL_EXTENTS(Subformat.TWO_GB_SPARSE, 12 * 1024, 0, false) {
        @Override
        void tell(CrashScene scene) throws IOException {
            scene.write(3000, 3000, 1);
            scene.flush();
            scene.discard(4096, 1024);
            scene.write(8000, 1000, 2);
            scene.flush();
        }
    },
    FLAT_EXTENTS(Subformat.TWO_GB_FLAT, 12 * 1024, 0, false) {
        @Override
        void tell(CrashScene scene) throws IOException {
            scene.write(3000, 3000, 1);
            scene.flush();
            scene.zero(4096, 1024, Space.FREE);
            scene.flush();
        }
    },
    GROWS(Subformat.MONOLITHIC_SPARSE, 100 * 1024, 0, false) {
        @Override
        void tell(CrashScene scene) throws IOException {
            scene.write(99 * 1024, 1024, 1);
            scene.flush();
            scene.grow(100 * 1024 + 512);
            scene.grow(600 * 1024);
            scene.grow(700 * 1024);
            scene.write(500 * 1024, 1024, 2);
            scene.flush();
        }
    },
    GROWS_FLAT(Subformat.MONOLITHIC_FLAT, 8 * 512, 0, false) {
        @Override
        void tell(CrashScene scene) throws IOException {
            scene.write(0, 512, 1);
            scene.flush();
            scene.grow(120 * 512);
            scene.write(20 * 512, 512, 2);
            scene.flush();
        }
    },
    GROWS_BY_EXTENTS(Subformat.TWO_GB_SPARSE, 8 * 1024, 0, false) {
        @Override
        void tell(CrashScene scene) throws IOException {
            scene.write(0, 512, 1);
            scene.flush();
            scene.grow(32 * 1024);
            scene.write(20 * 1024, 512, 2);
            scene.flush();
        }
    };

    private static final int GRAIN = 1024;
    private static final int ENTRIES = 128;
    private static final int EACH = 4096;

    private final Subformat subformat;
    private final int capacity;
    private final int below;
    private final boolean zeroedGrains;

    CrashStory(Subformat subformat, int capacity, int below, boolean zeroedGrains) {
        this.subformat = subformat;
        this.capacity = capacity;
        this.zeroedGrains = zeroedGrains;
        this.below = below;
    }

    abstract void tell(CrashScene scene) throws IOException;

    private int slotBytes() {
        return subformat == Subformat.MONOLITHIC_FLAT ? 64 * 1024 : 24 * 1024;
    }

    CrashFiles newFiles() {
        return new CrashFiles(CrashFiles.filled(below, 0x77), slotBytes());
    }

    /** Room for the extents that there are and those that are added. */
    int slots() {
        return switch (subformat) {
            case MONOLITHIC_SPARSE, STREAM_OPTIMIZED -> 0;
            case MONOLITHIC_FLAT -> 1;
            case TWO_GB_SPARSE, TWO_GB_FLAT -> 8;
        };
    }

    /** All files as they are at the beginning. */
    byte[] start(CrashFiles files) throws IOException {
        var options = VmdkOptions.DEFAULT.withSubformat(subformat);
        options = zeroedGrains ? options.withZeroedGrains() : options;
        var parent = files.parentOption();
        options = parent.isPresent() ? options.over(parent.get()) : options;
        var whole = new MemoryStorage("start");
        whole.truncate(files.start(slots()));
        if (slots() == 0) {
            var extent = new Extent("RW", capacity / 512, "SPARSE", CrashFiles.IMAGE, 0);
            VmdkCreator.write(whole, header(capacity));
            var text = NewDescriptor.of(options, capacity, List.of(extent));
            whole.writeFully(ByteBuffer.wrap(text.bytes()), 512);
        } else {
            var extents = extents(files, whole);
            var text = NewDescriptor.of(options, capacity, extents);
            whole.writeFully(ByteBuffer.wrap(text.bytes()), whole.size());
        }
        var bytes = ByteBuffer.allocate((int) whole.size());
        whole.readFully(bytes, 0);
        return bytes.array();
    }

    private SparseHeader header(int length) throws IOException {
        return SparseHeader.ofNew(length, GRAIN, ENTRIES, zeroedGrains, "start");
    }

    private List<Extent> extents(CrashFiles files, MemoryStorage whole) throws IOException {
        var flat = subformat.flat();
        var each = subformat.split() ? EACH : capacity;
        var extents = new ArrayList<Extent>();
        for (var at = 0; at < capacity; at += each) {
            var length = Math.min(each, capacity - at);
            var name = ExtentNames.of(CrashFiles.IMAGE).split(flat, extents.size() + 1);
            extents.add(new Extent("RW", length / 512, flat ? "FLAT" : "SPARSE", name, 0));
            var storage = new MemoryStorage(name);
            if (flat) {
                storage.truncate(length);
            } else {
                VmdkCreator.write(storage, header(length));
            }
            var bytes = ByteBuffer.allocate((int) storage.size());
            storage.readFully(bytes, 0);
            var slot = files.slotOf(name, storage.size());
            whole.writeFully(bytes.flip(), files.start(slot));
        }
        return extents;
    }
}
