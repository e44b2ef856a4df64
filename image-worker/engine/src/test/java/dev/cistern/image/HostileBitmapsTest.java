package dev.cistern.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.image.qcow2.Qcow2Image;
import dev.cistern.image.storage.Access;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Directories of bitmaps that make no sense. */
final class HostileBitmapsTest extends OracleBench {
    @Test
    void aDirectoryThatMakesNoSenseIsRefused() throws Exception {
        create("image.img", USUAL.withClusterSize(4096));
        qemuImg("bitmap", "--add", "-g", "512", "image.img", "bitmap");
        qemuIo("image.img", "write 1M 1k");
        var sound = Files.readAllBytes(folder.resolve("image.img"));
        var random = new Random(4);
        var directoryAt = (int) extensionDirectory(ByteBuffer.wrap(sound));
        var refused = 0;
        for (var round = 0; round < 500; round++) {
            var bytes = sound.clone();
            for (var change = random.nextInt(1, 4); change > 0; change--) {
                bytes[directoryAt + random.nextInt(32)] = (byte) random.nextInt();
            }
            Files.write(Path.of(path("image.img")), bytes);
            try {
                assertThat(Images.info(directory, "image.img").capacity()).isPositive();
                readBitmap();
            } catch (ImageException | NoSuchFileException e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(300);
    }

    private void readBitmap() throws IOException {
        try (var image = (Qcow2Image) open("image.img", Access.READ)) {
            var dirty = image.bitmaps().dirty("bitmap");
            for (var at = dirty.nextDirty(0); at < dirty.capacity(); ) {
                at = dirty.nextDirty(dirty.nextClean(at));
            }
        }
    }

    private static long extensionDirectory(ByteBuffer image) {
        var at = 112;
        while (image.getInt(at) != 0x23852875) {
            at += 8 + (image.getInt(at + 4) + 7) / 8 * 8;
        }
        return image.getLong(at + 24);
    }
}
