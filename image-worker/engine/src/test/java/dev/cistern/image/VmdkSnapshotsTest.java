package dev.cistern.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.image.CheckReport.Repair;
import dev.cistern.image.storage.Access;
import dev.cistern.image.vmdk.VmdkLink;
import dev.cistern.image.vmdk.VmdkOptions;
import dev.cistern.image.vmdk.VmdkOptions.Subformat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Snapshots of vmdk images, whose chains QEMU reads. */
final class VmdkSnapshotsTest extends OracleBench {
    private static final int LENGTH = 1 << 20;

    private byte[] content = new byte[LENGTH];

    private VmdkSnapshots snapshots() {
        return new VmdkSnapshots(directory, "disk.vmdk", OpenGate.folder(directory));
    }

    private void create(Subformat subformat) throws IOException {
        Images.create(
                LENGTH,
                VmdkOptions.DEFAULT.withSubformat(subformat),
                "disk.vmdk",
                name -> directory.createFile(name, 0640));
    }

    private DiskImage openVmdk(Access access) throws IOException {
        return Images.open(
                directory,
                "disk.vmdk",
                new OpenOptions(Optional.of(ImageFormat.VMDK), access, OpenGate.folder(directory)));
    }

    private void write(int offset, int length, int seed) throws IOException {
        var bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        try (var image = openVmdk(Access.READ_WRITE)) {
            image.write(ByteBuffer.wrap(bytes), offset);
        }
        System.arraycopy(bytes, 0, content, offset, length);
    }

    private String snapshot(String name) throws IOException {
        return snapshots().create(name, Clock.systemUTC());
    }

    private void requireSame(byte[] expected) throws Exception {
        requireSame("disk.vmdk", expected);
    }

    private void requireSame(String name, byte[] expected) throws Exception {
        Files.write(Path.of(path("expected.img")), expected);
        qemuImg("compare", "-f", "raw", "-F", "vmdk", "expected.img", path(name));
        assertThat(Oracle.info(Path.of(path(name))).number("virtual-size"))
                .isEqualTo(expected.length);
        var check = Oracle.qemuImg("check", path(name));
        assertThat(check.status()).as(check.output()).isZero();
        var own = VmdkImages.check(directory, name, OpenGate.folder(directory), Repair.NONE);
        assertThat(own.clean()).as(own.toString()).isTrue();
    }

    private List<String> names() throws IOException {
        return snapshots().list().stream().map(snapshot -> snapshot.info().name()).toList();
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(file -> file.getFileName().toString())
                    .filter(name -> !name.startsWith("expected"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "STREAM_OPTIMIZED")
    void deletingTheOnlySnapshotBringsTheFilesBackAsTheyWere(Subformat subformat) throws Exception {
        create(subformat);
        write(0, 300_000, 1);
        var before = files();
        var id = snapshot("one, \"quoted\" = 100%");
        assertThat(names()).containsExactly("one, \"quoted\" = 100%");
        requireSame(content);
        write(100_000, 300_000, 2);
        requireSame(content);

        snapshots().delete(id, Progress.NONE);

        assertThat(files()).isEqualTo(before);
        assertThat(names()).isEmpty();
        requireSame(content);
        write(5, 10, 3);
        requireSame(content);
    }

    @Test
    void eachSnapshotIsAnImageThatQemuReads() throws Exception {
        create(Subformat.MONOLITHIC_FLAT);
        write(0, 300_000, 1);
        var first = content.clone();
        snapshot("first");
        write(200_000, 100_000, 2);
        var second = content.clone();
        snapshot("second");
        write(0, 5000, 3);

        requireSame(content);
        requireSame("disk-000001.vmdk", first);
        requireSame("disk-000002.vmdk", second);
        var list = snapshots().list();
        assertThat(list)
                .extracting(VmdkSnapshot::file)
                .containsExactly("disk-000001.vmdk", "disk-000002.vmdk");
        assertThat(list.get(1).parent()).contains("1");
        assertThat(list).allMatch(VmdkSnapshot::below);
        assertThat(Files.getPosixFilePermissions(Path.of(path("disk.vmdk"))))
                .isEqualTo(Files.getPosixFilePermissions(Path.of(path("disk-flat.vmdk"))));
    }

    @ParameterizedTest
    @EnumSource(names = {"MONOLITHIC_SPARSE", "TWO_GB_FLAT"})
    void anyOfThreeIsDeletedAndTheOthersStayAsTheyAre(Subformat subformat) throws Exception {
        for (var gone = 0; gone < 3; gone++) {
            for (var file : files()) {
                Files.delete(Path.of(path(file)));
            }
            content = new byte[LENGTH];
            create(subformat);
            var contents = new byte[3][];
            var ids = new String[3];
            for (var i = 0; i < 3; i++) {
                write(i * 70_000, 150_000, i);
                contents[i] = content.clone();
                ids[i] = snapshot("s" + i);
            }
            write(300_000, 1000, 9);

            snapshots().delete(ids[gone], Progress.NONE);

            requireSame(content);
            var left = snapshots().list();
            assertThat(left).hasSize(2);
            for (var snapshot : left) {
                var number = snapshot.info().name().charAt(1) - '0';
                assertThat(snapshot.info().id()).isEqualTo(ids[number]);
                requireSame(snapshot.file(), contents[number]);
            }
            write(1, 1, 4);
            requireSame(content);
        }
    }

    @Test
    void revertingKeepsTheOtherSnapshots() throws Exception {
        create(Subformat.MONOLITHIC_SPARSE);
        write(0, 100_000, 1);
        var first = content.clone();
        var one = snapshot("one");
        write(50_000, 100_000, 2);
        var second = content.clone();
        var two = snapshot("two");
        write(0, LENGTH, 3);

        snapshots().revert(one);

        requireSame(first);
        content = first.clone();
        write(7, 7, 7);
        requireSame(content);
        assertThat(names()).containsExactly("one", "two");
        assertThat(snapshots().list().get(1).below()).isFalse();

        snapshots().revert(two);
        requireSame(second);
        snapshots().delete(one, Progress.NONE);
        assertThat(names()).containsExactly("two");
        requireSame(second);
        snapshots().delete(two, Progress.NONE);
        assertThat(files()).containsExactly("disk.vmdk");
        requireSame(second);
    }

    @Test
    void aSnapshotWithTwoBranchesStaysAsAFileUntilOneIsGone() throws Exception {
        create(Subformat.MONOLITHIC_SPARSE);
        write(0, 100_000, 1);
        var one = snapshot("one");
        write(50_000, 100_000, 2);
        var second = content.clone();
        var two = snapshot("two");
        snapshots().revert(one);
        content = new byte[LENGTH];
        System.arraycopy(second, 0, content, 0, 50_000);
        var random = new byte[100_000];
        new Random(1).nextBytes(random);
        System.arraycopy(random, 0, content, 0, random.length);

        snapshots().delete(one, Progress.NONE);

        assertThat(names()).containsExactly("two");
        requireSame(content);
        requireSame("disk-000002.vmdk", second);
        snapshots().delete(two, Progress.NONE);
        assertThat(files()).containsExactly("disk.vmdk");
        requireSame(content);
    }

    @Test
    void aSnapshotOfAGrownImageIsDeleted() throws Exception {
        create(Subformat.MONOLITHIC_FLAT);
        write(0, LENGTH, 1);
        var id = snapshot("small");
        try (var image = openVmdk(Access.READ_WRITE)) {
            image.resize(3 * LENGTH);
        }
        content = Arrays.copyOf(content, 3 * LENGTH);
        write(2 * LENGTH, LENGTH, 2);
        requireSame(content);

        snapshots().delete(id, Progress.NONE);

        requireSame(content);
        assertThat(files()).containsExactly("disk-flat.vmdk", "disk.vmdk");
    }

    @Test
    void whatWasCutOffIsEndedByTheNextChange() throws Exception {
        create(Subformat.MONOLITHIC_SPARSE);
        write(0, 100_000, 1);
        var one = snapshot("one");
        write(0, 50_000, 2);
        snapshot("two");
        write(20_000, 1000, 3);
        Files.createLink(Path.of(path("disk-000003.vmdk")), Path.of(path("disk.vmdk")));
        try (var file = directory.openFile("disk-000001.vmdk", Access.READ_WRITE)) {
            VmdkLink.forget(file);
        }
        assertThat(names()).containsExactly("two");

        var three = snapshot("three");

        assertThat(one).isEqualTo("1");
        assertThat(names()).containsExactly("two", "three");
        requireSame(content);
        snapshots().delete(three, Progress.NONE);
        requireSame(content);
        assertThat(files()).hasSize(2);
    }

    @Test
    void aDeletionThatIsCancelledLeavesTheImageAsItIsAndIsEndedByTheNextChange() throws Exception {
        for (var stop = 0; stop < 3; stop++) {
            for (var file : files()) {
                Files.delete(Path.of(path(file)));
            }
            create(Subformat.MONOLITHIC_SPARSE);
            content = new byte[LENGTH];
            write(0, 500_000, 1);
            var one = snapshot("one");
            write(300_000, 100_000, 2);
            write(700_000, 100_000, 3);
            if (stop == 1) {
                snapshot("two");
                write(1000, 1000, 4);
            }
            var left = new int[] {stop};

            assertThatThrownBy(
                            () ->
                                    snapshots()
                                            .delete(
                                                    one,
                                                    (_, _) -> {
                                                        if (left[0]-- == 0) {
                                                            throw new IOException("cancelled");
                                                        }
                                                    }))
                    .hasMessage("cancelled");

            requireSame(content);
            assertThat(names()).doesNotContain("one");
            var three = snapshot("three");
            requireSame(content);
            snapshots().delete(three, Progress.NONE);
            requireSame(content);
            assertThat(files()).hasSize(stop == 1 ? 2 : 1);
        }
    }

    @Test
    void deltasThatOthersMadeAreLeftAlone() throws Exception {
        create(Subformat.MONOLITHIC_SPARSE);
        qemuImg("create", "-q", "-f", "vmdk", path("other.vmdk"), "1M");
        qemuImg(
                "create",
                "-q",
                "-f",
                "vmdk",
                "-b",
                path("other.vmdk"),
                "-F",
                "vmdk",
                path("disk-000001.vmdk"));
        qemuImg("create", "-q", "-f", "vmdk", path("disk-000007.vmdk"), "1M");
        var before = files();

        snapshots().delete(snapshot("mine"), Progress.NONE);

        assertThat(files()).isEqualTo(before);
    }

    @Test
    void anImageThatIsOpenOrHasAnotherOverItIsLeftAlone() throws Exception {
        create(Subformat.MONOLITHIC_SPARSE);
        var id = snapshot("one");
        try (var _ = openVmdk(Access.READ_WRITE)) {
            assertThatThrownBy(() -> snapshot("two")).isInstanceOf(ImageInUseException.class);
            assertThatThrownBy(() -> snapshots().revert(id))
                    .isInstanceOf(ImageInUseException.class);
            assertThatThrownBy(() -> snapshots().delete(id, Progress.NONE))
                    .isInstanceOf(ImageInUseException.class);
        }
        assertThat(names()).containsExactly("one");
        assertThatThrownBy(() -> snapshots().revert("9"))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("9");
        Oracle.run(
                "sh",
                "-c",
                "cd '%s' && qemu-img create -q -f vmdk -b disk.vmdk -F vmdk disk-000009.vmdk"
                        .formatted(folder));
        assertThatThrownBy(() -> snapshot("two"))
                .isInstanceOf(ImageException.Unsupported.class)
                .hasMessageContaining("disk-000009.vmdk");
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "STREAM_OPTIMIZED")
    void allFilesOfAnImageAreRenamed(Subformat subformat) throws Exception {
        create(subformat);
        write(0, 100_000, 1);
        var before = VmdkImages.files(directory, "disk.vmdk");
        assertThat(before.stream().sorted().toList()).isEqualTo(files());

        VmdkImages.rename(directory, "disk.vmdk", "other name.vmdk");

        assertThat(files())
                .isEqualTo(
                        before.stream()
                                .map(file -> file.replace("disk", "other name"))
                                .sorted()
                                .toList());
        requireSame("other name.vmdk", content);
        assertThat(Files.readString(Path.of(path("other name.vmdk")), StandardCharsets.ISO_8859_1))
                .contains("\"other name")
                .doesNotContain("\"disk");
    }

    @Test
    void aRenameThatWasCutOffIsEndedAndOneToANameThatIsTakenIsRefused() throws Exception {
        create(Subformat.TWO_GB_FLAT);
        write(0, 100_000, 1);
        Files.createLink(Path.of(path("new-f001.vmdk")), Path.of(path("disk-f001.vmdk")));

        VmdkImages.rename(directory, "disk.vmdk", "new.vmdk");

        assertThat(files()).containsExactly("new-f001.vmdk", "new.vmdk");
        requireSame("new.vmdk", content);
        Files.writeString(Path.of(path("taken-f001.vmdk")), "mine");
        assertThatThrownBy(() -> VmdkImages.rename(directory, "new.vmdk", "taken.vmdk"))
                .isInstanceOf(FileAlreadyExistsException.class);
        assertThat(files()).containsExactly("new-f001.vmdk", "new.vmdk", "taken-f001.vmdk");
        requireSame("new.vmdk", content);
    }
}
