package dev.cistern.worker.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.common.message.Formatting;
import dev.cistern.common.message.PoolMount;
import dev.cistern.common.message.PoolPlace;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MountsTest {
    private static final Path FOLDER = Path.of("/mnt/a b");

    @TempDir Path folder;

    private static List<String> command(
            String source, @Nullable String type, List<String> options) {
        return Mounts.mountCommand(new PoolMount(source, type, options), FOLDER);
    }

    @Test
    void mountIsGivenArgumentsNotWordsOfAShell() {
        assertThat(command("nas:/exp; rm -rf $HOME", "nfs", List.of("nodev", "nfsvers=4.2")))
                .containsExactly(
                        "mount",
                        "-t",
                        "nfs",
                        "-o",
                        "nodev,nfsvers=4.2",
                        "--",
                        "nas:/exp; rm -rf $HOME",
                        "/mnt/a b");
        assertThat(command("/dev/sdz", null, List.of()))
                .containsExactly("mount", "--", "/dev/sdz", "/mnt/a b");
    }

    @Test
    void theKernelsTableTellsWhatIsMountedOnTop() {
        var table =
                """
                21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
                30 21 0:40 / /mnt/a\\040b rw - nfs4 nas:/exp rw,vers=4.2
                31 30 8:2 / /mnt/a\\040b rw,noatime shared:2 master:1 - xfs /dev/sda2 rw
                """;

        assertThat(MountTable.sourceOn(FOLDER, table)).contains("/dev/sda2");
        assertThat(MountTable.sourceOn(Path.of("/mnt"), table)).isEmpty();
        assertThat(MountTable.sourceOn(Path.of("/"), table)).contains("/dev/sda1");
    }

    @Test
    void mkfsGivesTheFileSystemTheOperationsId() {
        var operation = UUID.fromString("6f1e0b5c-52a5-4bb4-9f0e-31c4ef1b6c55");

        assertThat(FileSystems.command(new Formatting("/dev/x", "xfs", true), operation))
                .containsExactly(
                        "mkfs", "-t", "xfs", "-f", "-q", "-m", "uuid=" + operation, "/dev/x");
        assertThat(FileSystems.command(new Formatting("/dev/x", "ext4", true), operation))
                .containsExactly(
                        "mkfs", "-t", "ext4", "-F", "-q", "-U", operation.toString(), "/dev/x");
        assertThat(FileSystems.command(new Formatting("/dev/x", "ocfs2", true), operation))
                .containsExactly("mkfs", "-t", "ocfs2", "/dev/x");
    }

    @Test
    void aProgramThatHangsIsNotWaitedForLongerThanAllowed() {
        assertThatThrownBy(() -> SystemProgram.run(Duration.ofMillis(50), List.of("sleep", "60")))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e ->
                                assertThat(e.problem().code())
                                        .isEqualTo(ProblemCode.POOL_INACCESSIBLE));
    }

    @Test
    void aProgramThatIsNotThereIsNamed() {
        assertThatThrownBy(
                        () -> SystemProgram.run(Duration.ofSeconds(1), List.of("mount.of-later")))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("mount.of-later");
    }

    @Test
    void whatMountSaysOfAFailureIsPassedOn() {
        var place =
                new PoolPlace(
                        UUID.randomUUID(),
                        UUID.randomUUID(),
                        1,
                        folder.toString(),
                        new PoolMount("/dev/there-is-none", "ext4", List.of("nodev")));

        assertThatThrownBy(() -> Mounts.mount(place))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> {
                            assertThat(e.problem().code()).isEqualTo(ProblemCode.POOL_INACCESSIBLE);
                            assertThat(e).hasMessageContaining("/dev/there-is-none");
                        });
    }
}
