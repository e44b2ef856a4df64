package dev.cistern.image.qcow2;

import dev.cistern.image.DiskImage.Space;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Arrays;

/** Stories of writing, snapshots and resizing. */
@SuppressWarnings("ImmutableEnumChecker")
enum WritingStory implements CrashStory {
    COPY_ON_WRITE(SMALL.withClusterSize(2048), 16 * 1024, 12 * 1024) {
        @Override
        public void tell(CrashScene scene) throws IOException {
            scene.write(512, 512, 1);
            scene.write(5000, 3000, 2);
            scene.flush();
            scene.write(2048, 1024, 3);
            scene.write(512, 1024, 4);
            scene.flush();
            scene.close();
        }
    },
    DISCARD_THEN_REUSE(SMALL, 16 * 1024, 0) {
        @Override
        public void tell(CrashScene scene) throws IOException {
            scene.write(0, 2048, 1);
            scene.flush();
            scene.discard(512, 1024);
            scene.write(8192, 1024, 2);
            scene.flush();
            scene.write(4096, 512, 3);
            scene.flush();
            scene.write(9216, 1024, 4);
            scene.discard(0, 4608);
            scene.flush();
            scene.flush();
            scene.write(0, 2048, 5);
            scene.close();
        }
    },
    ZEROES(SMALL.withClusterSize(1024), 16 * 1024, 8192) {
        @Override
        public void tell(CrashScene scene) throws IOException {
            scene.write(0, 4096, 1);
            scene.flush();
            scene.zero(512, 2048, Space.KEEP);
            scene.write(1024, 512, 2);
            scene.flush();
            scene.zero(3072, 1024, Space.FREE);
            scene.zero(5000, 100, Space.FREE);
            scene.write(2048, 512, 3);
            scene.close();
        }
    },
    COMPRESSED(SMALL.withClusterSize(1024), 16 * 1024, 0) {
        @Override
        public void tell(CrashScene scene) throws IOException {
            scene.compress(0, 1);
            scene.compress(1024, 2);
            scene.flush();
            scene.write(512, 512, 3);
            scene.compress(2048, 4);
            scene.flush();
            scene.discard(1024, 1024);
            scene.flush();
            scene.write(8192, 2048, 5);
            scene.close();
        }
    },
    SMALL_CACHE(SMALL, 400 * 1024, 0) {
        @Override
        public void tell(CrashScene scene) throws IOException {
            for (var table = 0; table < 6; table++) {
                scene.write(table * 64 * 1024, 512, 1 + table);
            }
            scene.flush();
            for (var table = 5; table >= 0; table--) {
                scene.write(table * 64 * 1024 + 512, 512, 11 + table);
                scene.discard(table * 64 * 1024, 512);
            }
            scene.close();
        }
    },
    SNAPSHOT_CREATE(SMALL, 40 * 1024, 0) {
        @Override
        public void tell(CrashScene scene) throws IOException {
            scene.write(0, 1024, 1);
            scene.write(34_000, 512, 2);
            scene.flush();
            scene.snapshot("one");
            scene.write(512, 1024, 3);
            scene.flush();
            scene.snapshot("two");
            scene.write(0, 512, 4);
            scene.discard(34_304, 512);
            scene.close();
        }
    },
    SNAPSHOT_DELETE(SMALL, 16 * 1024, 0) {
        @Override
        public void tell(CrashScene scene) throws IOException {
            scene.delete("one");
            scene.write(4096, 1024, 9);
            scene.flush();
        }

        @Override
        public void prepare(Qcow2Image image) throws IOException {
            image.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), 0);
            image.write(ByteBuffer.wrap(new byte[2048]), 512);
            image.createSnapshot("one", Clock.systemUTC());
            image.write(ByteBuffer.wrap(new byte[] {5}), 0);
        }
    },
    SNAPSHOT_REVERT(SMALL, 16 * 1024, 0) {
        @Override
        public void tell(CrashScene scene) throws IOException {
            scene.revert("one");
            scene.write(512, 1024, 9);
            scene.flush();
            scene.revert("one");
        }

        @Override
        public void prepare(Qcow2Image image) throws IOException {
            image.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), 0);
            image.write(ByteBuffer.wrap(new byte[1024]), 512);
            image.createSnapshot("one", Clock.systemUTC());
            image.resize(40 * 1024);
            image.write(ByteBuffer.wrap(new byte[] {5}), 512);
            image.write(ByteBuffer.wrap(new byte[] {6}), 8192);
        }
    },
    GROW(SMALL, 32 * 1024 + 512, 70 * 1024) {
        @Override
        public void tell(CrashScene scene) throws IOException {
            scene.write(32 * 1024, 512, 1);
            scene.flush();
            scene.whole(image -> image.resize(36 * 1024));
            scene.whole(image -> image.resize(100 * 1024));
            scene.write(99 * 1024, 1024, 2);
            scene.close();
        }
    },
    GROW_L1(SMALL, 1024, 0) {
        @Override
        public void tell(CrashScene scene) throws IOException {
            scene.write(0, 1024, 1);
            scene.flush();
            scene.whole(image -> image.resize(3 * 1024 * 1024));
            scene.write(2 * 1024 * 1024, 1024, 2);
            scene.close();
        }
    },
    SHRINK(SMALL.withClusterSize(1024), 16 * 1024, 0) {
        @Override
        public void tell(CrashScene scene) throws IOException {
            scene.write(0, 16 * 1024, 1);
            scene.flush();
            scene.whole(image -> image.resize(4608));
            scene.whole(image -> image.resize(8192));
            scene.write(7168, 512, 2);
            scene.close();
        }
    },
    NEW_REFCOUNT_BLOCK(SMALL.withRefcountBits(64), 64 * 1024, 0) {
        @Override
        public void tell(CrashScene scene) throws IOException {
            scene.write(30 * 1024, 4096, 1);
            scene.flush();
            scene.write(36 * 1024, 2048, 2);
            scene.close();
        }

        // Leaves room for two clusters in the first block.
        @Override
        public void prepare(Qcow2Image image) throws IOException {
            image.write(ByteBuffer.wrap(new byte[56 * 512]), 0);
        }
    },
    LONGER_REFCOUNT_TABLE(SMALL.withRefcountBits(64), 2 * 1024 * 1024, 0) {
        @Override
        public void tell(CrashScene scene) throws IOException {
            scene.write(2000 * 1024, 4096, 1);
            scene.flush();
            scene.close();
        }

        // Fills the 64 blocks that one cluster of the table names.
        @Override
        public void prepare(Qcow2Image image) throws IOException {
            image.write(ByteBuffer.wrap(new byte[1952 * 1024]), 0);
        }
    },
    ENCRYPTED(Encrypted.shortest(SMALL.withClusterSize(1024)), 4096, 3072) {
        @Override
        public void tell(CrashScene scene) throws IOException {
            scene.write(100, 300, 1);
            scene.flush();
            scene.write(400, 200, 2);
            scene.write(2560, 512, 3);
            scene.flush();
            scene.close();
        }

        @Override
        public boolean isLong() {
            return true;
        }
    },
    DATA_FILE(SMALL.withDataFile("data", false), 16 * 1024, 12 * 1024) {
        @Override
        public void tell(CrashScene scene) throws IOException {
            scene.write(0, 2048, 1);
            scene.write(5000, 1000, 2);
            scene.flush();
            scene.write(512, 512, 3);
            scene.flush();
            scene.discard(0, 1024);
            scene.write(256, 512, 4);
            scene.flush();
            scene.zero(4096, 2048, Space.FREE);
            scene.flush();
            scene.write(4608, 100, 5);
            scene.close();
        }
    },
    RAW_DATA_FILE(SMALL.withDataFile("data", true), 16 * 1024, 0) {
        @Override
        public void tell(CrashScene scene) throws IOException {
            scene.write(0, 2048, 1);
            scene.flush();
            scene.zero(512, 700, Space.KEEP);
            scene.write(8192, 512, 2);
            scene.flush();
            scene.discard(0, 1024);
            scene.close();
        }
    },
    SUBCLUSTERS(
            Qcow2Options.DEFAULT.withClusterSize(16 * 1024).withExtendedL2(),
            48 * 1024,
            20_000 / 512 * 512) {
        @Override
        public void tell(CrashScene scene) throws IOException {
            scene.write(700, 1000, 1);
            scene.flush();
            scene.write(4096, 512, 2);
            scene.zero(1024, 512, Space.FREE);
            scene.flush();
            scene.discard(0, 16 * 1024);
            scene.write(16 * 1024, 700, 3);
            scene.close();
        }
    };

    private final Qcow2Options options;
    private final int capacity;
    private final byte[] below;

    WritingStory(Qcow2Options options, int capacity, int below) {
        this.options = options;
        this.capacity = capacity;
        this.below = new byte[below];
        Arrays.fill(this.below, (byte) 0x77);
    }

    @Override
    public Qcow2Options options() {
        return options;
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public byte[] below() {
        return below;
    }

    @Override
    public boolean strict() {
        return this == SNAPSHOT_DELETE;
    }

    @Override
    public boolean isLong() {
        return this == LONGER_REFCOUNT_TABLE;
    }
}
