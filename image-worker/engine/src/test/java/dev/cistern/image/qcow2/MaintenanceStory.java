package dev.cistern.image.qcow2;

import dev.cistern.image.BackingFile;
import dev.cistern.image.DiskImage.Space;
import dev.cistern.image.Progress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/** Stories of images that are put over others, emptied, made different. */
@SuppressWarnings("ImmutableEnumChecker")
enum MaintenanceStory implements CrashStory {
    REBASE(SMALL.withClusterSize(2048), 16 * 1024, 12 * 1024) {
        @Override
        public void tell(CrashScene scene) throws IOException {
            scene.write(512, 512, 1);
            scene.zero(4096, 2048, Space.FREE);
            scene.flush();
            scene.whole(
                    image ->
                            image.rebase(
                                    Optional.of(scene.below(CrashScene.ANOTHER)),
                                    Optional.of(
                                            new BackingFile(
                                                    CrashScene.ANOTHER, Optional.of("raw"))),
                                    Progress.NONE));
            scene.write(6144, 512, 2);
            scene.flush();
            scene.whole(image -> image.rebase(Optional.empty(), Optional.empty(), Progress.NONE));
            scene.close();
        }
    },
    EMPTY(SMALL, 70 * 1024, 70 * 1024) {
        @Override
        public void tell(CrashScene scene) throws IOException {
            scene.write(512, 1024, CrashScene.BELOW_VALUE);
            scene.write(68 * 1024, 1024, CrashScene.BELOW_VALUE);
            scene.flush();
            scene.whole(Qcow2Image::empty);
            scene.write(1024, 2048, 2);
            scene.close();
        }
    },
    DOWNGRADE(SMALL, 16 * 1024, 8 * 1024) {
        @Override
        public void tell(CrashScene scene) throws IOException {
            scene.write(512, 512, 1);
            scene.zero(2048, 2048, Space.FREE);
            scene.zero(12 * 1024, 2048, Space.FREE);
            scene.flush();
            scene.whole(image -> image.amend(Amendment.ofVersion(2)));
            scene.close();
        }
    },
    UPGRADE(SMALL.withVersion(2), 16 * 1024, 0) {
        @Override
        public void tell(CrashScene scene) throws IOException {
            scene.write(512, 512, 1);
            scene.flush();
            scene.snapshot("before");
            scene.write(512, 512, 2);
            scene.flush();
            scene.whole(image -> image.amend(Amendment.ofVersion(3)));
            scene.close();
        }
    },
    BITMAPS(SMALL, 16 * 1024, 0) {
        @Override
        public void tell(CrashScene scene) throws IOException {
            scene.write(512, 512, 9);
            scene.write(4096, 1024, 1);
            scene.flush();
            scene.zero(0, 512, Space.FREE);
            scene.flush();
            scene.write(8192, 512, 2);
            scene.close();
        }

        @Override
        public void prepare(Qcow2Image image) throws IOException {
            image.write(ByteBuffer.allocate(2048), 0);
            image.bitmaps().add("every sector", 512, true);
            image.bitmaps().add("everything", 1 << 20, true);
            image.bitmaps().add("nothing", 4096, false);
        }
    };

    private final Qcow2Options options;
    private final int capacity;
    private final byte[] below;

    MaintenanceStory(Qcow2Options options, int capacity, int below) {
        this.options = options;
        this.capacity = capacity;
        this.below = new byte[below];
        Arrays.fill(this.below, CrashScene.BELOW_VALUE);
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
}
