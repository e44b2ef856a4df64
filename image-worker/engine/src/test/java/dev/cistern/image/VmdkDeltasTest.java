package dev.cistern.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.image.CheckReport.Repair;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.FolderCuts;
import dev.cistern.image.storage.FolderCuts.State;
import dev.cistern.image.storage.RecordedFolder;
import dev.cistern.image.storage.RecordedFolder.Act;
import dev.cistern.image.vmdk.VmdkOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images over vmdk images: one, two over one, three over two. */
final class VmdkDeltasTest extends OracleBench {
    private static final int GRAIN = 64 << 10;
    private static final int LENGTH = 6 * GRAIN;

    @TempDir Path scratch;
    private final byte[] content = new byte[LENGTH];
    private byte[] contentOfTwo = new byte[LENGTH];

    @BeforeEach
    void makeThree() throws IOException {
        Images.create(
                LENGTH, VmdkOptions.DEFAULT, "one.vmdk", name -> directory.createFile(name, 0640));
        write("one.vmdk", 0, 2 * GRAIN, 1);
        over("one.vmdk", "two.vmdk");
        write("two.vmdk", GRAIN / 2, GRAIN, 2);
        write("two.vmdk", 3 * GRAIN, GRAIN, 3);
        zero("two.vmdk", GRAIN / 4, 512);
        contentOfTwo = content.clone();
        over("two.vmdk", "three.vmdk");
        write("three.vmdk", 3 * GRAIN + 1024, 1024, 4);
    }

    private void over(String below, String name) throws IOException {
        try (var file = directory.createFile(name, 0640)) {
            VmdkDeltas.create(directory, below, below, name, file);
            file.sync();
        }
    }

    private DiskImage open(Directory in, String name, Access access) throws IOException {
        return Images.open(
                in,
                name,
                new OpenOptions(Optional.of(ImageFormat.VMDK), access, OpenGate.folder(in)));
    }

    private void write(String name, int offset, int length, int seed) throws IOException {
        var bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        try (var image = open(directory, name, Access.READ_WRITE)) {
            image.write(ByteBuffer.wrap(bytes), offset);
        }
        System.arraycopy(bytes, 0, content, offset, length);
    }

    private void zero(String name, int offset, int length) throws IOException {
        write(name, offset, length, 0);
        try (var image = open(directory, name, Access.READ_WRITE)) {
            image.zero(offset, length, DiskImage.Space.FREE);
        }
        System.arraycopy(new byte[length], 0, content, offset, length);
    }

    private void skip(String name) throws IOException {
        VmdkDeltas.skip(directory, name, OpenGate.folder(directory), Progress.NONE);
    }

    private void requireSame(String name, byte[] expected) throws Exception {
        Files.write(Path.of(path("expected.img")), expected);
        qemuImg("compare", "-f", "raw", "-F", "vmdk", "expected.img", path(name));
        var check = Oracle.qemuImg("check", path(name));
        assertThat(check.status()).as(check.output()).isZero();
        var own = VmdkImages.check(directory, name, OpenGate.folder(directory), Repair.NONE);
        assertThat(own.clean()).as(own.toString()).isTrue();
    }

    private Optional<String> below(String name) throws IOException {
        return Images.info(directory, name, ImageFormat.VMDK).backingFile();
    }

    @Test
    void anImageReadsTheSameWithoutTheOneBelow() throws Exception {
        over("three.vmdk", "four.vmdk");
        requireSame("four.vmdk", content);

        skip("three.vmdk");

        assertThat(below("three.vmdk")).contains("one.vmdk");
        Files.delete(Path.of(path("two.vmdk")));
        requireSame("three.vmdk", content);
        requireSame("four.vmdk", content);

        skip("three.vmdk");

        assertThat(below("three.vmdk")).isEmpty();
        Files.delete(Path.of(path("one.vmdk")));
        requireSame("three.vmdk", content);
        requireSame("four.vmdk", content);
        assertThatThrownBy(() -> skip("three.vmdk")).isInstanceOf(ImageException.OutOfRange.class);
    }

    @Test
    void whatIsLongerReadsZeroBehindTheEndOfTheOneBelow() throws Exception {
        try (var image = open(directory, "three.vmdk", Access.READ_WRITE)) {
            image.resize(2 * LENGTH);
        }
        var longer = new byte[2 * LENGTH];
        System.arraycopy(content, 0, longer, 0, LENGTH);

        skip("three.vmdk");

        requireSame("three.vmdk", longer);
        skip("three.vmdk");
        requireSame("three.vmdk", longer);
    }

    /** libvmdk, which knows nothing of QEMU, is told what lies below and reads through it. */
    @Test
    void libvmdkReadsTheChain() throws Exception {
        Oracle.requireJudge(
                "libvmdk for Python",
                Oracle.run("env", "/usr/bin/python3", "-c", "import pyvmdk").status() == 0);
        skip("three.vmdk");
        var read =
                """
                import pyvmdk, sys
                def opened(name):
                    handle = pyvmdk.handle()
                    handle.open(name)
                    handle.open_extent_data_files()
                    return handle
                one, three = opened(sys.argv[1]), opened(sys.argv[2])
                assert three.get_parent_content_identifier() == one.get_content_identifier()
                print(three.get_parent_filename())
                three.set_parent(one)
                print(three.read_buffer(three.get_media_size()).hex())
                """;

        var run =
                Oracle.run(
                        "env",
                        "/usr/bin/python3",
                        "-c",
                        read,
                        path("one.vmdk"),
                        path("three.vmdk"));

        assertThat(run.output().lines())
                .containsExactly("one.vmdk", HexFormat.of().formatHex(content));
    }

    /** What a recorded skip leaves, cut off anywhere; empty if all is as it should be. */
    private List<String> wrong(Predicate<Act> isThere) throws IOException {
        var wrong = new ArrayList<String>();
        State start;
        List<Act> acts;
        try (var recorded = RecordedFolder.of(folder)) {
            start = State.of(recorded);
            VmdkDeltas.skip(recorded, "three.vmdk", OpenGate.folder(recorded), Progress.NONE);
            acts = recorded.acts().stream().filter(isThere).toList();
        }
        new FolderCuts(start, acts, 3)
                .forEach(
                        (cut, state) -> {
                            judge(state).ifPresent(what -> wrong.add("after " + cut + ": " + what));
                            return wrong.isEmpty();
                        });
        return wrong;
    }

    private Optional<String> judge(State state) throws IOException {
        try (var cut = Directory.open(scratch)) {
            state.layInto(scratch);
            for (var again = 0; again < 2; again++) {
                if (!reads(cut, "three.vmdk", content) || !reads(cut, "two.vmdk", contentOfTwo)) {
                    return Optional.of("reads otherwise");
                }
                if (Images.info(cut, "three.vmdk", ImageFormat.VMDK)
                        .backingFile()
                        .equals(Optional.of("two.vmdk"))) {
                    VmdkDeltas.skip(cut, "three.vmdk", OpenGate.folder(cut), Progress.NONE);
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(e.toString());
        } finally {
            for (var name : List.of("one.vmdk", "two.vmdk", "three.vmdk")) {
                Files.deleteIfExists(scratch.resolve(name));
            }
        }
    }

    private boolean reads(Directory in, String name, byte[] expected) throws IOException {
        try (var image = open(in, name, Access.READ)) {
            var bytes = ByteBuffer.allocate((int) image.capacity());
            image.read(bytes, 0);
            return bytes.flip().equals(ByteBuffer.wrap(expected));
        }
    }

    @Test
    void aCrashChangesNothingThatIsRead() throws Exception {
        assertThat(wrong(_ -> true)).isEmpty();
    }

    @Test
    void withoutWaitingForTheDiskItWould() throws Exception {
        assertThat(wrong(act -> !(act instanceof Act.Sync))).isNotEmpty();
    }
}
