package dev.cistern.image.raw;

import dev.cistern.image.CreateOptions;
import dev.cistern.image.DiskImage;
import dev.cistern.image.DiskImageContract;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.Images;
import dev.cistern.image.OpenOptions;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.MemoryStorage;
import java.io.IOException;
import org.junit.jupiter.api.Nested;

final class RawImageContractTest {
    @Nested
    final class InAFile extends DiskImageContract {
        @Override
        protected DiskImage create() throws IOException {
            try (var directory = Directory.open(folder);
                    var file = directory.createFile("image", 0600)) {
                Images.create(new CreateOptions(ImageFormat.RAW, CAPACITY), file);
            }
            return reopen();
        }

        @Override
        protected DiskImage reopen() throws IOException {
            try (var directory = Directory.open(folder)) {
                return Images.open(directory, "image", OpenOptions.writing(ImageFormat.RAW));
            }
        }

        @Override
        protected void check() {}
    }

    @Nested
    final class InMemory extends DiskImageContract {
        private final MemoryStorage storage = new MemoryStorage("image");

        @Override
        protected DiskImage create() throws IOException {
            Images.create(new CreateOptions(ImageFormat.RAW, CAPACITY), storage);
            return reopen();
        }

        @Override
        protected DiskImage reopen() throws IOException {
            return RawImage.open(storage, true);
        }

        @Override
        protected void check() {}
    }
}
