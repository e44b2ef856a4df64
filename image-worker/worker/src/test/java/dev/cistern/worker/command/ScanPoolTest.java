package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cistern.common.message.Command;
import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.Result;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ScanPoolTest extends PoolBench {
    private final List<String> gone = new ArrayList<>();
    private @Nullable UUID told;

    private List<FileFacts> scan() throws Exception {
        return scan(UUID.randomUUID(), null);
    }

    private List<FileFacts> scan(UUID operation, @Nullable UUID basis) throws Exception {
        gone.clear();
        var result = bench.run(operation, 1, new Command.ScanPool(pool.place(), basis));
        var files = new ArrayList<FileFacts>();
        var pages = 0;
        for (var message : bench.results) {
            if (message.operation().equals(operation)
                    && message.result()
                            instanceof Result.PoolScanPage(var page, var listed, var missed)) {
                gone.addAll(missed);
                assertThat(page).isEqualTo(pages++);
                assertThat(listed.size()).isLessThanOrEqualTo(500);
                files.addAll(listed);
            }
        }
        var expected = pages;
        assertThat(result)
                .isInstanceOfSatisfying(
                        Result.PoolScanned.class,
                        scanned -> {
                            assertThat(scanned.pages()).isEqualTo(expected);
                            assertThat(scanned.figures().capacity()).isPositive();
                            told = scanned.basis();
                        });
        return files;
    }

    @Test
    void tellsOnlyTheDifferenceToTheScanThatItIsAskedFor() throws Exception {
        Files.writeString(pool.file("same"), "x");
        Files.writeString(pool.file("changed"), "x");
        Files.writeString(pool.file("gone"), "x");
        var first = UUID.randomUUID();
        assertThat(scan(first, null)).hasSize(3);
        assertThat(told).isNull();
        Files.writeString(pool.file("changed"), "longer");
        Files.writeString(pool.file("new"), "x");
        Files.delete(pool.file("gone"));

        var second = UUID.randomUUID();
        var different = scan(second, first);

        assertThat(different).extracting(FileFacts::name).containsExactly("changed", "new");
        assertThat(gone).containsExactly("gone");
        assertThat(told).isEqualTo(first);
        assertThat(scan(UUID.randomUUID(), first))
                .as("a scan that is not the last one is no basis")
                .hasSize(3);
        assertThat(told).isNull();
    }

    @Test
    void agreesWithQemuImgFileByFile() throws Exception {
        Qemu.img(pool.path(), "create", "-q", "-f", "raw", "a.raw", "3M");
        Qemu.img(pool.path(), "create", "-q", "-f", "qcow2", "-o", "compat=0.10", "b.qcow2", "5M");
        Qemu.img(pool.path(), "create", "-q", "-f", "qcow2", "c.qcow2", "7M");
        Qemu.img(
                pool.path(),
                "create",
                "-q",
                "-f",
                "qcow2",
                "-b",
                "c.qcow2",
                "-F",
                "qcow2",
                "d.qcow2");
        Qemu.img(pool.path(), "create", "-q", "-f", "vmdk", "e.vmdk", "8M");
        Qemu.img(
                pool.path(),
                "create",
                "-q",
                "-f",
                "vmdk",
                "-o",
                "subformat=monolithicFlat",
                "f.vmdk",
                "9M");
        Files.writeString(pool.file("notes.txt"), "not an image\n");

        var found = scan();

        assertThat(found).extracting(FileFacts::name).isEqualTo(pool.files());
        for (var file : found) {
            var info =
                    new ObjectMapper()
                            .readTree(Qemu.img(pool.path(), "info", "--output=json", file.name()));
            assertThat(file.format()).as(file.name()).isEqualTo(info.get("format").asText());
            if (!file.name().equals("notes.txt")) {
                assertThat(file.capacity())
                        .as(file.name())
                        .isEqualTo(info.get("virtual-size").asLong());
            }
            assertThat(file.backingFile())
                    .as(file.name())
                    .isEqualTo(info.path("backing-filename").asText(null));
            assertThat(file.problem()).as(file.name()).isNull();
        }
    }

    @Test
    void passesOverWhatIsNoVolume() throws Exception {
        Files.createDirectory(pool.file("folder"));
        Files.writeString(pool.file(".hidden"), "x");
        Files.writeString(folder.resolve("outside"), "x");
        Files.createSymbolicLink(pool.file("link"), folder.resolve("outside"));
        new ProcessBuilder("mkfifo", pool.file("pipe").toString()).start().waitFor();
        Files.writeString(pool.file("file"), "x");

        assertThat(scan()).extracting(FileFacts::name).containsExactly("file");
    }

    @Test
    void reportsAnImageThatCannotBeReadAsTheBareFile() throws Exception {
        var broken = new byte[512];
        System.arraycopy("QFI\u00fb".getBytes(StandardCharsets.ISO_8859_1), 0, broken, 0, 4);
        broken[7] = 99;
        Files.write(pool.file("broken"), broken);

        var file = scan().getFirst();

        assertThat(file.format()).isEqualTo("raw");
        assertThat(file.capacity()).isEqualTo(512);
        assertThat(file.problem()).contains("99");
    }

    @Test
    void keepsToTheRecordedFormatWhateverTheGuestWrites() throws Exception {
        bench.run(pool.create(UUID.randomUUID(), "disk"));
        Qemu.img(folder, "create", "-q", "-f", "qcow2", "evil", "64M");
        var inode = TestPool.inode(pool.file("disk"));
        try (var out =
                Files.newByteChannel(pool.file("disk"), java.nio.file.StandardOpenOption.WRITE)) {
            out.write(java.nio.ByteBuffer.wrap(Files.readAllBytes(folder.resolve("evil"))));
        }
        assertThat(TestPool.inode(pool.file("disk"))).isEqualTo(inode);

        var file = scan().getFirst();

        assertThat(file.format()).isEqualTo("raw");
        assertThat(file.capacity()).isEqualTo(1 << 20);
    }

    @Test
    void sendsPagesInOrder() throws Exception {
        for (var number = 0; number < 1001; number++) {
            Files.createFile(pool.file("file%04d".formatted(number)));
        }

        assertThat(scan()).extracting(FileFacts::name).isEqualTo(pool.files());
    }

    @Test
    void handlesTheSameCommandTwice() throws Exception {
        Files.writeString(pool.file("file"), "x");

        assertThat(scan()).isEqualTo(scan());
    }
}
