package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** The real QEMU tools. */
final class Qemu {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Qemu() {}

    /** Runs qemu-img in a folder and returns what it prints. */
    static String img(Path folder, String... arguments) throws Exception {
        require("qemu-img");
        var command = new ArrayList<>(List.of("qemu-img"));
        command.addAll(List.of(arguments));
        var process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    /** Has qemu-io do this to an image; what it reads must be as told. */
    static void io(Path folder, String format, String image, String command) throws Exception {
        require("qemu-io");
        var process =
                new ProcessBuilder("qemu-io", "-f", format, "-c", command, image)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output).doesNotContain("Pattern verification failed");
    }

    /** The same by the image's path. */
    static void io(Path image, String format, String command) throws Exception {
        io(
                Objects.requireNonNull(image.getParent()),
                format,
                image.getFileName().toString(),
                command);
    }

    /** Names of the snapshots inside a qcow2 image. */
    static List<String> snapshots(Path image) throws Exception {
        return info(image).path("snapshots").findValuesAsText("name");
    }

    /** Bytes that a guest sees in a qcow2 image, as QEMU says. */
    static long capacity(Path image) throws Exception {
        return info(image).path("virtual-size").asLong();
    }

    /** The files of a qcow2 image's chain as QEMU finds them, the image first. */
    static List<String> chain(Path image) throws Exception {
        var folder = Objects.requireNonNull(image.getParent());
        var name = image.getFileName().toString();
        var info = img(folder, "info", "-f", "qcow2", "--backing-chain", "--output=json", name);
        return JSON.readTree(info).findValuesAsText("filename").stream()
                .filter(file -> !file.isEmpty())
                .toList();
    }

    /** What QEMU says of a qcow2 image. */
    static JsonNode info(Path image) throws Exception {
        return info(image, "qcow2");
    }

    /** The same of an image of another format. */
    static JsonNode info(Path image, String format) throws Exception {
        var info =
                img(
                        Objects.requireNonNull(image.getParent()),
                        "info",
                        "-f",
                        format,
                        "--output=json",
                        image.getFileName().toString());
        return JSON.readTree(info);
    }

    /** A process that has an image open for writing, as a virtual machine has. */
    interface Holder extends AutoCloseable {
        @Override
        void close();
    }

    /** Opens an image in qemu-io until closed. */
    static Holder holding(Path image, String format) throws Exception {
        require("qemu-io");
        var process =
                new ProcessBuilder("qemu-io", "-f", format, image.toString())
                        .redirectErrorStream(true)
                        .start();
        process.outputWriter(StandardCharsets.UTF_8).append("length\n").flush();
        assertThat(process.inputReader(StandardCharsets.UTF_8).readLine()).isNotNull();
        return () -> {
            process.destroy();
            process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
        };
    }

    /** Fails, or aborts the test, when a tool is absent. */
    static void require(String tool) throws InterruptedException {
        try {
            new ProcessBuilder(tool, "--version").redirectErrorStream(true).start().waitFor();
        } catch (IOException e) {
            if ("required".equals(System.getProperty("oracle"))) {
                Assertions.fail(tool + " is not installed", e);
            }
            Assumptions.abort(tool + " is not installed: " + e.getMessage());
        }
    }
}
