package dev.cistern.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The long trials of all of Cistern, run for a short time. */
final class SoakTest {
    private static final Path DEPLOY = Path.of(System.getProperty("cistern.deploy"));
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    @TempDir private Path folder;

    private JsonNode soak(String... arguments) throws Exception {
        Judge.require("qemu-img");
        var up = String.join(" ", Application.command("standalone"));
        var command =
                new ArrayList<>(
                        List.of(
                                JAVA,
                                "-Xmx256m",
                                "-XX:+UseSerialGC",
                                "-Dcistern.up=" + up,
                                "-jar",
                                DEPLOY.resolve("soak/target/cistern-soak.jar").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--folder", folder.toString()));
        var output = folder.resolve("report.json");
        var status =
                new ProcessBuilder(command)
                        .redirectOutput(output.toFile())
                        .redirectError(Redirect.INHERIT)
                        .start()
                        .waitFor();
        var report = new ObjectMapper().readTree(Files.readString(output));
        assertThat(status).as(report.toPrettyString()).isZero();
        return report;
    }

    @Test
    void manyClientsAskForWhateverComesToMind() throws Exception {
        var report =
                soak(
                        "verbs",
                        "--minutes",
                        "0.4",
                        "--clients",
                        "32",
                        "--volumes",
                        "30",
                        "--seed",
                        "7");

        assertThat(report.path("violations")).isEmpty();
        assertThat(report.path("verbs")).extracting(JsonNode::asText).contains("CREATE", "DELETE");
        assertThat(report.path("operations").path("CreateVolume").path("succeeded").asLong())
                .isPositive();
        assertThat(report.path("operations").path("DeleteVolume").path("succeeded").asLong())
                .isPositive();
    }

    @Test
    void longOperationsAreCancelledOnTheirWay() throws Exception {
        var report = soak("cancel", "--operations", "8", "--cancelled", "2", "--seed", "7");

        assertThat(report.path("violations")).isEmpty();
        assertThat(report.path("ends").path("cancelled").asLong()).isGreaterThanOrEqualTo(2);
    }
}
