package dev.cistern.image;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** QEMU's tools, as the judge of what the engine reads and writes. */
public final class Oracle {
    private Oracle() {}

    /** What a run of a tool came to. */
    public record Run(int status, String output) {
        /** A number in the JSON that was printed. */
        public long number(String key) {
            return Long.parseLong(match("\"" + Pattern.quote(key) + "\": (\\d+)"));
        }

        /** A text in the JSON that was printed; null if it is not there. */
        public String text(String key) {
            return match("\"" + Pattern.quote(key) + "\": \"?([^\",\\n]*)\"?");
        }

        /** Whether the JSON has a member. */
        public boolean has(String key) {
            return output.contains("\"" + key + "\":");
        }

        private String match(String pattern) {
            var matcher = Pattern.compile(pattern).matcher(output);
            if (!matcher.find()) {
                throw new AssertionError("no " + pattern + " in " + output);
            }
            return matcher.group(1);
        }
    }

    /**
     * Runs {@code qemu-img}. Without it the test fails where judges are required, and is named as
     * skipped elsewhere.
     */
    public static Run qemuImg(String... arguments) throws IOException, InterruptedException {
        return run("qemu-img", arguments);
    }

    /** {@code qemu-img info} of an image; only the topmost level of its JSON. */
    public static Run info(Path image) throws IOException, InterruptedException {
        var run = qemuImg("info", "-U", "--output=json", image.toString());
        if (run.status() != 0) {
            throw new AssertionError(run.output());
        }
        return new Run(0, run.output().replaceAll("(?s)\"children\": \\[.*?\\n    \\],", ""));
    }

    /** Runs one of QEMU's tools to its end. */
    public static Run run(String tool, String... arguments)
            throws IOException, InterruptedException {
        var process = start(tool, arguments);
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), output);
    }

    /** Starts one of QEMU's tools. */
    public static Process start(String tool, String... arguments) throws IOException {
        requireInstalled(tool);
        List<String> command = new ArrayList<>();
        command.add(tool);
        command.addAll(Arrays.asList(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static void requireInstalled(String tool) {
        requireJudge(
                tool,
                Arrays.stream(System.getenv("PATH").split(":", -1))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool))));
    }

    /** A judge that is not there fails the test, or has it skipped, as {@link #qemuImg} does. */
    static void requireJudge(String judge, boolean installed) {
        if (!installed && "required".equals(System.getProperty("oracle"))) {
            fail("the judge " + judge + " is not installed");
        }
        if (!installed) {
            abort("the judge " + judge + " is not installed");
        }
    }
}
