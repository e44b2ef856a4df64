package dev.cistern.image.vmdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.image.CheckReport;
import dev.cistern.image.DiskImage;
import dev.cistern.image.DiskImageContract;
import dev.cistern.image.ImageException;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.ImageInfo;
import dev.cistern.image.Images;
import dev.cistern.image.OpenGate;
import dev.cistern.image.OpenOptions;
import dev.cistern.image.VmdkImages;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.vmdk.VmdkOptions.Subformat;
import java.io.IOException;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class VmdkImageContractTest {
    /** An image in files. */
    abstract static class InFiles extends DiskImageContract {
        private final VmdkOptions options;

        InFiles(VmdkOptions options) {
            this.options = options;
        }

        @Override
        protected final boolean shrinks() {
            return false;
        }

        @Override
        protected DiskImage create() throws IOException {
            try (var directory = Directory.open(folder)) {
                make(directory, options);
            }
            return reopen();
        }

        void make(Directory directory, VmdkOptions made) throws IOException {
            Images.create(CAPACITY, made, "disk.vmdk", name -> directory.createFile(name, 0600));
        }

        @Override
        protected final DiskImage reopen() throws IOException {
            try (var directory = Directory.open(folder)) {
                return Images.open(
                        directory,
                        "disk.vmdk",
                        OpenOptions.writing(ImageFormat.VMDK).through(OpenGate.anywhere()));
            }
        }

        @Override
        protected final void check() throws IOException {
            try (var directory = Directory.open(folder)) {
                var report =
                        VmdkImages.check(
                                directory,
                                "disk.vmdk",
                                OpenGate.folder(directory),
                                CheckReport.Repair.NONE);
                assertThat(report.clean()).as(report.toString()).isTrue();
            }
        }

        @Test
        final void itDoesNotShrink() throws IOException {
            try (var directory = Directory.open(folder);
                    var image = other(directory)) {
                assertThatThrownBy(() -> image.resize(512))
                        .isInstanceOf(ImageException.Unsupported.class)
                        .hasMessageContaining("grow");
            }
        }

        private DiskImage other(Directory directory) throws IOException {
            Images.create(
                    CAPACITY, options, "other.vmdk", name -> directory.createFile(name, 0600));
            return Images.open(
                    directory,
                    "other.vmdk",
                    OpenOptions.writing(ImageFormat.VMDK).through(OpenGate.folder(directory)));
        }
    }

    @Nested
    final class MonolithicSparse extends InFiles {
        MonolithicSparse() {
            super(VmdkOptions.DEFAULT);
        }
    }

    @Nested
    final class ZeroedGrains extends InFiles {
        ZeroedGrains() {
            super(VmdkOptions.DEFAULT.withZeroedGrains());
        }
    }

    @Nested
    final class MonolithicFlat extends InFiles {
        MonolithicFlat() {
            super(VmdkOptions.DEFAULT.withSubformat(Subformat.MONOLITHIC_FLAT));
        }
    }

    @Nested
    final class TwoGbFlat extends InFiles {
        TwoGbFlat() {
            super(VmdkOptions.DEFAULT.withSubformat(Subformat.TWO_GB_FLAT));
        }
    }

    @Nested
    final class SeveralSparseExtents extends InFiles {
        SeveralSparseExtents() {
            super(VmdkOptions.DEFAULT.withSubformat(Subformat.TWO_GB_SPARSE));
        }

        @Override
        void make(Directory directory, VmdkOptions made) throws IOException {
            SmallExtents.create(directory, "disk.vmdk", CAPACITY, 1_000_448, made);
        }
    }

    /** All that it does not have is the zeroes of its parent. */
    @Nested
    final class OverAParent extends InFiles {
        private static VmdkOptions.Parent parent(Directory directory) throws IOException {
            var info = Images.info(directory, "parent.vmdk");
            return new VmdkOptions.Parent(
                    "parent.vmdk", ((ImageInfo.Details.Vmdk) info.details()).cid());
        }

        OverAParent() {
            super(VmdkOptions.DEFAULT);
        }

        @Override
        void make(Directory directory, VmdkOptions made) throws IOException {
            Images.create(
                    CAPACITY,
                    made.withSubformat(Subformat.MONOLITHIC_FLAT),
                    "parent.vmdk",
                    name -> directory.createFile(name, 0600));
            super.make(directory, made.over(parent(directory)));
        }
    }
}
