package dev.cistern.image.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.image.ImageException;
import dev.cistern.image.Mapping;
import dev.cistern.image.Progress;
import dev.cistern.image.qcow2.format.Header;
import dev.cistern.image.qcow2.format.L2Entry;
import dev.cistern.image.storage.MemoryStorage;
import dev.cistern.image.storage.RecordingStorage;
import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Images whose data are in another file, and what they may not be. */
final class DataFileTest {
    private static final int CLUSTER = 4096;
    private static final int CAPACITY = 64 * 1024;
    private static final Qcow2Options OPTIONS = Qcow2Options.DEFAULT.withClusterSize(CLUSTER);

    private final MemoryStorage file = new MemoryStorage("image");
    private final MemoryStorage data = new MemoryStorage("data");

    private void create(boolean raw) throws IOException {
        Qcow2Creator.create(CAPACITY, OPTIONS.withDataFile("data", raw), file, Optional.of(data));
    }

    private Qcow2Image open(Storage dataFile) throws IOException {
        return Qcow2Image.open(
                file,
                true,
                Surroundings.below(
                                (_, _, _) -> {
                                    throw new AssertionError("nothing lies below");
                                })
                        .withDataFile((_, _, _) -> dataFile));
    }

    private static ByteBuffer bytes(int length, int value) {
        var bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            bytes.put((byte) value);
        }
        return bytes.flip();
    }

    /** Changes the entry of the first cluster, to which there is an L2 table. */
    private void setEntry(long bits) throws IOException {
        try (var image = open(data)) {
            image.write(bytes(CLUSTER, 1), 0);
        }
        var number = ByteBuffer.allocate(Long.BYTES);
        file.readFully(number, ImageHeader.read(file).header().l1Offset());
        var table = number.getLong(0) & ~L2Entry.COPIED;
        file.writeFully(ByteBuffer.allocate(Long.BYTES).putLong(0, bits), table);
    }

    @Test
    void theFirstClusterIsAtTheBeginning() throws IOException {
        create(false);
        try (var image = open(data)) {
            image.write(bytes(100, 7), 50);
            image.flush();

            assertThat(image.map(0, CAPACITY)).isEqualTo(new Mapping.Data(CLUSTER, 0, 0));
            assertThat(image.map(CLUSTER, CLUSTER)).isInstanceOf(Mapping.Unallocated.class);
        }
        var found = ByteBuffer.allocate(100);
        data.readFully(found, 50);
        assertThat(found.flip()).isEqualTo(bytes(100, 7));
    }

    @Test
    void anEntryThatNamesAnotherClusterIsRefused() throws IOException {
        create(false);
        setEntry(L2Entry.COPIED | 2 * CLUSTER);

        try (var image = open(data)) {
            assertThatThrownBy(() -> image.read(bytes(10, 0), 0))
                    .isInstanceOf(ImageException.Corrupt.class)
                    .hasMessageContaining("contradicts");
            assertThatThrownBy(() -> image.write(bytes(10, 0), 0))
                    .isInstanceOf(ImageException.Corrupt.class);
        }
    }

    @Test
    void aCompressedClusterIsRefused() throws IOException {
        create(false);
        setEntry(L2Entry.COMPRESSED | CLUSTER);

        try (var image = open(data)) {
            assertThatThrownBy(() -> image.read(bytes(10, 0), 0))
                    .isInstanceOf(ImageException.Corrupt.class);
            assertThatThrownBy(() -> image.writeCompressed(bytes(CLUSTER, 0), CLUSTER))
                    .isInstanceOf(ImageException.Unsupported.class);
        }
    }

    @Test
    void aRawDataFileStaysMarkedAndAlone() throws IOException {
        create(true);
        try (var image = open(data)) {
            image.write(bytes(10, 3), 5000);
            assertThatThrownBy(
                            () -> image.rebase(Optional.empty(), Optional.empty(), Progress.NONE))
                    .isInstanceOf(ImageException.Unsupported.class);
        }

        assertThat(ImageHeader.read(file).header().autoclear())
                .isEqualTo(Header.AUTOCLEAR_RAW_DATA_FILE);
    }

    @Test
    void afterADataFileFailedToSyncNothingIsFlushed() throws IOException {
        create(false);
        var failing = new RecordingStorage(new byte[CAPACITY]);
        var image = open(failing);
        image.write(bytes(CLUSTER, 1), 0);
        failing.failSync(0);

        assertThatThrownBy(image::flush).hasMessageContaining("failed");
        assertThatThrownBy(image::flush).hasMessageContaining("failed");
        assertThatThrownBy(image::close).hasMessageContaining("failed");

        try (var again = open(new MemoryStorage("data"))) {
            assertThat(again.map(0, CLUSTER)).isInstanceOf(Mapping.Unallocated.class);
        }
    }
}
