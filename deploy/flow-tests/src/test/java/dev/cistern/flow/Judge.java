package dev.cistern.flow;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Tools of others that judge what Cistern does. */
final class Judge {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Judge() {}

    /** What a run came to. */
    record Run(int status, String output) {}

    /** Runs a tool in a folder. Without it the test fails where judges are required. */
    static Run run(Path folder, String... command) throws IOException, InterruptedException {
        require(command[0]);
        var process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), output);
    }

    /** The same for one that must succeed. */
    static String output(Path folder, String... command) throws IOException, InterruptedException {
        var run = run(folder, command);
        if (run.status() != 0) {
            throw new AssertionError(List.of(command) + " said " + run.output());
        }
        return run.output();
    }

    /** What {@code qemu-img info} says of an image. */
    static JsonNode info(Path image) throws IOException, InterruptedException {
        return JSON.readTree(
                output(
                        folderOf(image),
                        "qemu-img",
                        "info",
                        "-U",
                        "--output=json",
                        image.toString()));
    }

    /** What {@code qemu-img check} says of an image that must be sound. */
    static void check(Path image) throws IOException, InterruptedException {
        output(folderOf(image), "qemu-img", "check", "-U", "-q", image.toString());
    }

    private static Path folderOf(Path image) {
        var folder = image.getParent();
        if (folder == null) {
            throw new IllegalArgumentException(image + " is in no folder");
        }
        return folder;
    }

    /** Makes an image as a user would. */
    static void qemuImgCreate(Path folder, String... arguments)
            throws IOException, InterruptedException {
        output(
                folder,
                Stream.concat(Stream.of("qemu-img", "create", "-q"), Arrays.stream(arguments))
                        .toArray(String[]::new));
    }

    static void require(String tool) {
        var installed =
                Stream.concat(
                                Arrays.stream(System.getenv("PATH").split(":", -1)),
                                Stream.of("/usr/sbin"))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
        if (!installed && "required".equals(System.getProperty("oracle"))) {
            fail("the judge " + tool + " is not installed");
        }
        if (!installed) {
            abort("the judge " + tool + " is not installed");
        }
    }
}
