package dev.cistern.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {
    @TempDir Path parent;

    @Test
    void isMadeAndCanBeOpenedAgainOnceClosed() throws Exception {
        Path folder = parent.resolve("a/b");
        DataFolder.open(folder).close();

        try (DataFolder opened = DataFolder.open(folder)) {
            assertThat(opened.path()).isEqualTo(folder.toRealPath());
            assertThat(opened.availableBytes()).isPositive();
        }
    }

    @Test
    void namesTheProcessThatHoldsIt() throws Exception {
        try (ChildJvm holder = ChildJvm.start(List.of(), HolderMain.class, parent.toString())) {
            holder.awaitLine("held");

            assertThatThrownBy(() -> DataFolder.open(parent))
                    .isInstanceOf(StartupException.class)
                    .hasMessage(
                            "The data folder %s is in use by process %d: stop that one or choose another folder"
                                    .formatted(parent.toRealPath(), holder.pid()));

            holder.kill();
            DataFolder.open(parent).close();
        }
    }

    @Test
    void staysLockedAfterASecondOpeningInTheSameJvmWasRefused() throws Exception {
        try (DataFolder _ = DataFolder.open(parent)) {
            assertThatThrownBy(() -> DataFolder.open(parent)).hasMessageContaining("is in use");

            try (ChildJvm other = ChildJvm.start(List.of(), HolderMain.class, parent.toString())) {
                assertThat(other.awaitLine("refused")).contains("is in use");
            }
        }
    }

    @Test
    void saysThatAFileIsInTheWay() throws Exception {
        Path file = Files.createFile(parent.resolve("file"));

        assertThatThrownBy(() -> DataFolder.open(file))
                .isInstanceOf(StartupException.class)
                .hasMessage(
                        "The data folder %s cannot be made: a file of that name is in the way"
                                .formatted(file));
    }

    @Test
    void saysThatItCannotBeWritten() {
        assertThatThrownBy(() -> DataFolder.open(Path.of("/proc/1")))
                .isInstanceOf(StartupException.class)
                .hasMessageStartingWith("The data folder /proc/1 cannot be written: ");
    }

    /** Holds the folder given until it is killed, or says why it cannot. */
    static final class HolderMain {
        private HolderMain() {}

        public static void main(String[] arguments) throws Exception {
            try (DataFolder _ = DataFolder.open(Path.of(arguments[0]))) {
                System.out.println("held");
                System.in.read();
            } catch (StartupException e) {
                System.out.println("refused: " + e.getMessage());
            }
        }
    }
}
