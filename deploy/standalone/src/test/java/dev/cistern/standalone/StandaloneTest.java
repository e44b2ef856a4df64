package dev.cistern.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StandaloneTest {
    @TempDir Path folder;

    @Test
    void comesBackWithItsRowsAfterAKillAndStopsCleanly() throws Exception {
        String data = folder.resolve("data").toString();
        try (Program program = Program.start("--data", data, "--port", "0").awaitReady()) {
            assertThat(
                            program.post(
                                            "/v1/pools",
                                            "{\"name\": \"kept\", \"type\": \"dir\", \"path\": \""
                                                    + folder
                                                    + "\"}")
                                    .statusCode())
                    .isEqualTo(201);
            program.kill();
        }

        try (Program program = Program.start("--data", data, "--port", "0").awaitReady()) {
            assertThat(program.get("/v1/pools/kept").statusCode()).isEqualTo(200);

            assertThat(program.awaitLine("Memory in use: "))
                    .matches(
                            "Memory in use: [0-9]{3,} MiB \\(services and Kafka [0-9]{3,}, PostgreSQL [1-9][0-9]*\\)");

            assertThatASecondIsRefused(data);

            program.terminate();
            assertThat(program.awaitExit()).isIn(0, 143);
            assertThat(program.errors()).isEmpty();
            assertThat(processesWorkingIn(folder)).isEmpty();
        }
    }

    @Test
    void aTakenPortIsRefused() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            assertThat(
                            refusal(
                                    "--data",
                                    folder.toString(),
                                    "--port",
                                    Integer.toString(taken.getLocalPort())))
                    .isEqualTo(
                            "cistern: Port %d on localhost, wanted for the HTTP interface, cannot be used (another program listens on it): choose another one"
                                    .formatted(taken.getLocalPort()));
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aFolderThatCannotBeWrittenIsRefused() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));

        assertThat(refusal("--data", file.toString(), "--port", "0"))
                .isEqualTo(
                        "cistern: The data folder %s cannot be made: a file of that name is in the way"
                                .formatted(file));
    }

    @Test
    void aWrongOptionIsRefused() throws Exception {
        try (Program program = Program.start("--prot", "80")) {
            assertThat(program.awaitExit()).isEqualTo(2);
            assertThat(program.errors())
                    .singleElement()
                    .asString()
                    .startsWith("cistern: Unknown option");
        }
    }

    private static void assertThatASecondIsRefused(String data) throws Exception {
        assertThat(refusal("--data", data, "--port", "0"))
                .matches(
                        "cistern: The data folder .* is in use by process [0-9]+: stop that one or choose another folder");
    }

    /** The one line that a start which is refused prints. */
    private static String refusal(String... options) throws Exception {
        try (Program program = Program.start(options)) {
            assertThat(program.awaitExit()).isEqualTo(1);
            List<String> errors = program.errors();
            assertThat(errors).hasSize(1);
            return errors.getFirst();
        }
    }

    private static List<ProcessHandle> processesWorkingIn(Path folder) throws Exception {
        Path real = folder.toRealPath();
        return ProcessHandle.allProcesses()
                .filter(process -> worksIn(process.pid(), real))
                .toList();
    }

    private static boolean worksIn(long pid, Path folder) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/" + pid + "/cwd")).startsWith(folder);
        } catch (IOException _) {
            return false; // ended meanwhile
        }
    }
}
