package dev.cistern.image.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DirectoryTest {
    @TempDir Path path;
    private Directory directory;

    @BeforeEach
    void open() throws IOException {
        directory = Directory.open(path);
    }

    @AfterEach
    void close() {
        directory.close();
    }

    @Test
    void aFolderThatIsNotThereOrNoneIsSaidPrecisely() throws IOException {
        Files.writeString(path.resolve("file"), "x");

        assertThatThrownBy(() -> Directory.open(path.resolve("absent")))
                .isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> Directory.open(path.resolve("file")))
                .isInstanceOf(NotDirectoryException.class);
    }

    @Test
    void itStaysTheSameFolderWhateverHappensToItsPath() throws IOException {
        var inner = Files.createDirectory(path.resolve("inner"));
        try (var folder = Directory.open(inner)) {
            Files.move(inner, path.resolve("moved"));
            Files.createDirectory(inner);

            folder.createFile("file", 0600).close();

            assertThat(path.resolve("moved/file")).exists();
            assertThat(inner).isEmptyDirectory();
        }
    }

    @Test
    void aRenameNeverReplaces() throws IOException {
        Files.writeString(path.resolve("new"), "new");
        Files.writeString(path.resolve("old"), "old");

        assertThatThrownBy(() -> directory.renameNoReplace("new", directory, "old"))
                .isInstanceOf(FileAlreadyExistsException.class)
                .hasMessageContaining(path.resolve("old").toString());

        assertThat(path.resolve("old")).hasContent("old");
        assertThat(path.resolve("new")).exists();
    }

    @Test
    void aRenameMovesBetweenFolders() throws IOException {
        directory.makeDirectory("inner", 0700);
        Files.writeString(path.resolve("a"), "content");
        try (var inner = directory.openDirectory("inner")) {
            directory.renameNoReplace("a", inner, "b");
        }

        assertThat(path.resolve("inner/b")).hasContent("content");
        assertThat(path.resolve("a")).doesNotExist();
    }

    @Test
    void linksAreNotFollowed() throws IOException {
        Files.writeString(path.resolve("secret"), "x");
        Files.createSymbolicLink(path.resolve("link"), path.resolve("secret"));
        Files.createSymbolicLink(path.resolve("folder"), path);

        assertThatThrownBy(() -> directory.openFile("link", Access.READ))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining("not an ordinary file");
        assertThatThrownBy(() -> directory.openDirectory("folder")).isInstanceOf(IOException.class);
        assertThat(directory.status("link").orElseThrow().type())
                .isEqualTo(FileStatus.Type.SYMBOLIC_LINK);
    }

    @Test
    void aPipeIsRefusedWithoutWaiting() throws Exception {
        var made = new ProcessBuilder("mkfifo", path.resolve("pipe").toString()).start();
        assertThat(made.waitFor()).isZero();

        assertThatThrownBy(() -> directory.openFile("pipe", Access.READ))
                .hasMessageContaining("not an ordinary file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", "/etc", "a\0b"})
    void aNameIsOneComponent(String name) {
        assertThatThrownBy(() -> directory.status(name)).isInstanceOf(InvalidPathException.class);
    }

    @Test
    void listsManyFilesAndPassesOverNamesThatAreNotText() throws Exception {
        for (var number = 0; number < 3000; number++) {
            Files.createFile(path.resolve("file-with-a-long-name-" + number));
        }
        var odd =
                new ProcessBuilder("sh", "-c", "touch \"$(printf 'odd\\377')\" 'with blank'")
                        .directory(path.toFile())
                        .start();
        assertThat(odd.waitFor()).isZero();

        assertThat(directory.list())
                .hasSize(3001)
                .contains("with blank", "file-with-a-long-name-7");
        assertThat(directory.list()).hasSize(3001);
    }

    @Test
    void statusIsWhatTheFileSystemSays() throws IOException {
        var file = path.resolve("file");
        Files.write(file, new byte[10_000]);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

        var status = directory.status("file").orElseThrow();

        assertThat(status.isRegular()).isTrue();
        assertThat(status.size()).isEqualTo(10_000);
        assertThat(status.mode()).isEqualTo(0640);
        assertThat(status.inode()).isEqualTo((long) Files.getAttribute(file, "unix:ino"));
        assertThat(status.user()).isEqualTo((int) Files.getAttribute(file, "unix:uid"));
        assertThat(status.links()).isEqualTo(1);
        assertThat(status.modified()).isEqualTo(Files.getLastModifiedTime(file).toInstant());
        assertThat(directory.status("absent")).isEmpty();
    }

    @Test
    void modeIsSetExactly() throws IOException {
        directory.createFile("file", 0600).close();

        directory.setMode("file", 0666);
        directory.setOwner("file", -1, -1);

        assertThat(directory.status("file").orElseThrow().mode()).isEqualTo(0666);
    }

    @Test
    void writesDurablyOverWhatWasThere() throws IOException {
        directory.writeDurably("record", "one".getBytes(StandardCharsets.UTF_8), 0600);
        directory.writeDurably("record", "two".getBytes(StandardCharsets.UTF_8), 0600);

        assertThat(directory.read("record", 100)).asString().isEqualTo("two");
        assertThat(directory.list()).containsExactly("record");
        assertThatThrownBy(() -> directory.read("record", 2)).hasMessageContaining("3 bytes");
    }

    @Test
    void removesATreeWithoutFollowingLinks() throws IOException {
        Files.writeString(path.resolve("keep"), "x");
        var tree = Files.createDirectories(path.resolve("tree/inner"));
        Files.writeString(tree.resolve("file"), "x");
        Files.createSymbolicLink(tree.resolve("link"), path);

        assertThatThrownBy(() -> directory.removeDirectory("tree"))
                .isInstanceOf(DirectoryNotEmptyException.class);
        directory.removeTree("tree");
        directory.removeTree("absent");

        assertThat(directory.list()).containsExactly("keep");
    }

    @Test
    void figuresAreThoseOfTheFileSystem() throws IOException {
        var store = Files.getFileStore(path);

        var figures = directory.fileSystem();

        assertThat(figures.capacity()).isEqualTo(store.getTotalSpace());
        assertThat(figures.allocation())
                .isBetween(1L, store.getTotalSpace() - store.getUsableSpace() / 2);
        assertThat(figures.readOnly()).isFalse();
    }

    @Test
    void aLockIsHeldUntilItIsClosed() throws IOException {
        try (var first = OfdLock.tryLock(directory, "lock", true).orElseThrow()) {
            assertThat(first).isNotNull();
            assertThat(OfdLock.tryLock(directory, "lock", true)).isEmpty();
            assertThat(OfdLock.tryLock(directory, "lock", false)).isEmpty();
        }
        try (var shared = OfdLock.tryLock(directory, "lock", false).orElseThrow();
                var another = OfdLock.tryLock(directory, "lock", false).orElseThrow()) {
            assertThat(shared).isNotSameAs(another);
            assertThat(OfdLock.tryLock(directory, "lock", true)).isEmpty();
        }
    }

    @Test
    void readsAndWritesByPosition() throws IOException {
        try (var file = directory.createFile("file", 0600)) {
            file.writeFully(ByteBuffer.wrap(new byte[] {1, 2, 3}), 5_000_000_000L);
            var direct = ByteBuffer.allocateDirect(3_000_000);
            while (direct.hasRemaining()) {
                direct.put((byte) 7);
            }
            file.writeFully(direct.flip(), 0);
            file.sync();

            var tail = ByteBuffer.allocate(10);
            assertThat(file.read(tail, 5_000_000_000L)).isEqualTo(3);
            assertThat(tail.array()).startsWith(1, 2, 3);
            assertThat(file.read(ByteBuffer.allocate(1), 6_000_000_000L)).isZero();
            var middle = ByteBuffer.allocateDirect(1);
            file.readFully(middle, 2_999_999);
            assertThat(middle.get(0)).isEqualTo((byte) 7);
            assertThat(file.size()).isEqualTo(5_000_000_003L);
            assertThat(file.status().allocated()).isLessThan(4_000_000);
        }
    }
}
