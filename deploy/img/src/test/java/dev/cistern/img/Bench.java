package dev.cistern.img;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Two folders with the same images: in one qemu-img runs, in the other we do.
 *
 * <p>What is told may differ in, and in nothing else: the program's name, disk sizes, the time of a
 * snapshot and its count of instructions, made-up names of QEMU's, content ids of vmdk images, the
 * uuid and the iterations of a LUKS header, whether a range of a map is said to be compressed, the
 * last line's end of stderr.
 */
final class Bench {
    /** What qemu-img says, before it changes anything, of passphrases on a machine under load. */
    private static final String BUSY = "Unable to get accurate CPU usage";

    private static final int TRIES = 100;

    private final Path qemus;
    private final Path ours;

    private Bench(Path qemus, Path ours) {
        this.qemus = qemus;
        this.ours = ours;
    }

    /** What a command line came to. */
    record Outcome(int status, String out, String err) {}

    /** Two empty folders in one. */
    static Bench in(Path folder) throws IOException {
        return new Bench(
                Files.createDirectory(folder.resolve("qemu")),
                Files.createDirectory(folder.resolve("ours")));
    }

    /** Where our images are. */
    Path ours() {
        return ours;
    }

    /** Where QEMU's images are. */
    Path qemus() {
        return qemus;
    }

    /**
     * Prepares both folders with a line of qemu-img, or of another tool if it is named first,
     * behind {@code killed} if it does not end in order.
     */
    void prepare(String line) throws Exception {
        var words = words(line);
        var rest = words.subList(1, words.size());
        switch (words.getFirst()) {
            case "ours" -> prepareByUs(rest);
            case "qemu-io" -> prepareBy("qemu-io", rest);
            case "killed" -> prepareByOneThatIsKilled(rest);
            default -> prepareBy("qemu-img", words);
        }
    }

    private void prepareBy(String tool, List<String> words) throws Exception {
        for (var folder : List.of(qemus, ours)) {
            var run = tool(folder, tool, words);
            assertThat(run.status()).as(words + ": " + run).isZero();
        }
    }

    private void prepareByOneThatIsKilled(List<String> words) throws Exception {
        for (var folder : List.of(qemus, ours)) {
            var run = tool(folder, words.getFirst(), words.subList(1, words.size()));
            assertThat(run.status()).as(words + ": " + run).isNotZero();
        }
    }

    private void prepareByUs(List<String> words) throws IOException {
        assertThat(ours(words).status()).isZero();
        try (var files = Files.list(ours)) {
            for (var file : files.toList()) {
                Files.copy(
                        file,
                        qemus.resolve(ours.relativize(file)),
                        StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    /** Words as a shell makes them, with single quotes only. */
    static List<String> words(String line) {
        var words = new ArrayList<String>();
        var parts = line.split("'", -1);
        for (var at = 0; at < parts.length; at++) {
            if (at % 2 == 1) {
                words.add(parts[at]);
            } else if (!parts[at].isBlank()) {
                words.addAll(Arrays.asList(parts[at].strip().split(" +")));
            }
        }
        return words;
    }

    /** Runs a tool to its end. */
    static Outcome tool(Path folder, String tool, List<String> words) throws Exception {
        requireInstalled(tool);
        var command = new ArrayList<>(List.of(tool));
        command.addAll(words);
        var builder = new ProcessBuilder(command).directory(folder.toFile());
        var outcome = finish(builder);
        for (var more = 0; more < TRIES && outcome.err().contains(BUSY); more++) {
            outcome = finish(builder);
        }
        return outcome;
    }

    /** Runs a process to its end. */
    static Outcome finish(ProcessBuilder builder) throws Exception {
        var err = Files.createTempFile("stderr", "");
        try {
            var process = builder.redirectError(err.toFile()).start();
            process.getOutputStream().close();
            var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(1, TimeUnit.MINUTES)) {
                process.destroyForcibly();
            }
            return new Outcome(process.exitValue(), out, Files.readString(err));
        } finally {
            Files.delete(err);
        }
    }

    private static void requireInstalled(String tool) {
        var installed =
                Arrays.stream(System.getenv("PATH").split(":", -1))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
        if (!installed && "required".equals(System.getProperty("oracle"))) {
            fail("the judge " + tool + " is not installed");
        }
        if (!installed) {
            abort("the judge " + tool + " is not installed");
        }
    }

    Outcome qemu(List<String> words) throws Exception {
        return tool(qemus, "qemu-img", words);
    }

    Outcome ours(List<String> words) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var console =
                new Console(
                        ours,
                        new ByteArrayInputStream(new byte[0]),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8));
        var status = QemuImg.run(console, words);
        return new Outcome(
                status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** Runs a line in both folders and requires the same outcome. */
    void requireSame(String line) throws Exception {
        var words = words(line);
        assertThat(plain(ours(words))).as(line).isEqualTo(plain(qemu(words)));
    }

    /** An outcome without what may differ. */
    static String plain(Outcome outcome) {
        return "%d%n--- stdout%n%s--- stderr%n%s"
                .formatted(outcome.status(), plain(outcome.out()), plain(outcome.err()).strip());
    }

    private static String plain(String text) {
        return text.replace(Console.PROGRAM, "qemu-img")
                .replaceAll("disk size: .*", "disk size: -")
                .replaceAll("\"actual-size\": \\d+", "\"actual-size\": -")
                .replaceAll("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d", "DATE")
                .replaceAll("(?m)(DATE \\d\\d:\\d\\d:\\d\\d\\.\\d{3}).*$", "$1")
                .replaceAll("\"date-n?sec\": \\d+", "\"date\": -")
                .replaceAll(" *\"icount\": \\d+,\n", "")
                .replaceAll("#block\\d+", "#block")
                .replaceAll("(bitmaps to|persistent in) \\S+: ", "$1 NODE: ")
                .replaceAll("cid\"?: \\d+", "cid: -")
                .replaceAll("uuid\"?: \"?[-0-9a-f]+", "uuid: -")
                .replaceAll("iters\"?: \\d+", "iters: -")
                .replaceAll(", \"compressed\": (true|false)", "");
    }

    /** Requires that both images are sound, and equal in what they hold and say of themselves. */
    void requireSameImage(String name) throws Exception {
        var ourFile = ours.resolve(name);
        var theirFile = qemus.resolve(name);
        assertThat(Files.exists(ourFile)).as(name).isEqualTo(Files.exists(theirFile));
        if (!Files.exists(ourFile)) {
            return;
        }
        var check = tool(ours, "qemu-img", List.of("check", name));
        assertThat(check.status()).as(check.toString()).isIn(0, 63);
        var info = List.of("info", "--output=json", name);
        assertThat(plain(tool(ours, "qemu-img", info)))
                .isEqualTo(plain(tool(qemus, "qemu-img", info)));
        var compare =
                tool(
                        ours,
                        "qemu-img",
                        List.of("compare", ourFile.toString(), theirFile.toString()));
        assertThat(compare.status()).as(compare.toString()).isZero();
    }
}
