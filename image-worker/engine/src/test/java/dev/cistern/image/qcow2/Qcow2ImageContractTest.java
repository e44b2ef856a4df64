package dev.cistern.image.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.image.CheckReport.Repair;
import dev.cistern.image.DiskImage;
import dev.cistern.image.DiskImageContract;
import dev.cistern.image.ImageException;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.Images;
import dev.cistern.image.OpenGate;
import dev.cistern.image.OpenOptions;
import dev.cistern.image.Preallocation;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.MemoryStorage;
import java.io.IOException;
import java.util.EnumSet;
import org.junit.jupiter.api.Nested;

final class Qcow2ImageContractTest {
    private static final Qcow2Options USUAL = Qcow2Options.DEFAULT;

    abstract static class InAFile extends DiskImageContract {
        private final Qcow2Options options;

        InAFile(Qcow2Options options) {
            this.options = options;
        }

        @Override
        protected DiskImage create() throws IOException {
            try (var directory = Directory.open(folder);
                    var file = directory.createFile("image", 0600)) {
                if (options.dataFile().isPresent()) {
                    try (var data = directory.createFile("data", 0600)) {
                        Images.create(CAPACITY, options, file, data);
                    }
                } else {
                    Images.create(CAPACITY, options, file);
                }
            }
            return reopen();
        }

        @Override
        protected DiskImage reopen() throws IOException {
            try (var directory = Directory.open(folder)) {
                return Images.open(
                        directory,
                        "image",
                        OpenOptions.writing(ImageFormat.QCOW2)
                                .through(OpenGate.folder(directory))
                                .with(_ -> Encrypted.secret()));
            }
        }

        @Override
        protected void check() throws IOException {
            try (var directory = Directory.open(folder);
                    var file = directory.openFile("image", Access.READ)) {
                var report = Qcow2Checker.check(file, Repair.NONE);
                assertThat(report.clean()).as(report.toString()).isTrue();
            }
        }
    }

    abstract static class InMemory extends DiskImageContract {
        private final MemoryStorage storage = new MemoryStorage("image");
        private final Qcow2Options options;

        InMemory(Qcow2Options options) {
            this.options = options;
        }

        @Override
        protected DiskImage create() throws IOException {
            Images.create(CAPACITY, options, storage);
            return reopen();
        }

        @Override
        protected DiskImage reopen() throws IOException {
            return new Qcow2Opener(
                            storage,
                            true,
                            Surroundings.below(
                                    (_, _, image) -> {
                                        throw new ImageException.Forbidden(image);
                                    }),
                            new ImageTables.CacheSize(16 * 1024, 16 * 1024),
                            EnumSet.noneOf(Barrier.class))
                    .open();
        }

        @Override
        protected void check() throws IOException {
            var report = Qcow2Checker.check(storage, Repair.NONE);
            assertThat(report.clean()).as(report.toString()).isTrue();
        }
    }

    @Nested
    final class Usual extends InAFile {
        Usual() {
            super(USUAL);
        }
    }

    @Nested
    final class Version2 extends InAFile {
        Version2() {
            super(USUAL.withVersion(2));
        }
    }

    @Nested
    final class LargeClusters extends InAFile {
        LargeClusters() {
            super(USUAL.withClusterSize(2 << 20));
        }
    }

    @Nested
    final class Subclusters extends InAFile {
        Subclusters() {
            super(USUAL.withExtendedL2());
        }
    }

    @Nested
    final class WithDataFile extends InAFile {
        WithDataFile() {
            super(USUAL.withDataFile("data", false));
        }
    }

    @Nested
    final class WithRawDataFile extends InAFile {
        WithRawDataFile() {
            super(USUAL.withClusterSize(4096).withDataFile("data", true));
        }
    }

    @Nested
    final class EncryptedData extends InAFile {
        EncryptedData() {
            super(Encrypted.options(USUAL));
        }
    }

    @Nested
    final class EncryptedInADataFile extends InAFile {
        EncryptedInADataFile() {
            super(
                    Encrypted.options(
                            USUAL.withClusterSize(4096)
                                    .withDataFile("data", false)
                                    .withPreallocation(Preallocation.METADATA)));
        }
    }

    @Nested
    final class Preallocated extends InAFile {
        Preallocated() {
            super(USUAL.withClusterSize(4096).withPreallocation(Preallocation.METADATA));
        }
    }

    @Nested
    final class SmallClustersAndCache extends InMemory {
        SmallClustersAndCache() {
            super(USUAL.withClusterSize(512));
        }
    }

    @Nested
    final class OneBitRefcounts extends InMemory {
        OneBitRefcounts() {
            super(USUAL.withClusterSize(4096).withRefcountBits(1));
        }
    }

    @Nested
    final class SmallSubclusters extends InMemory {
        SmallSubclusters() {
            super(USUAL.withClusterSize(16 * 1024).withExtendedL2());
        }
    }
}
