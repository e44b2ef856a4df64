package dev.cistern.soak;

import dev.cistern.image.vmdk.VmdkOptions;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./cistern soak convert}: conversions that are killed or cancelled at any point. */
@Command(
        name = "convert",
        mixinStandardHelpOptions = true,
        description =
                "Kills or cancels conversions of an image to every format at random points, and looks"
                        + " for what they leave: nothing may have the new image's name unless it is"
                        + " whole, nothing may be left beside it when it was cancelled, nor when it was"
                        + " killed once the next conversion has begun.")
final class ConvertCommand implements Callable<Integer> {
    private static final int LENGTH = 24 << 20;
    private static final String STAGING = ".cistern-img-";

    /** A second is a third of a conversion then. */
    private static final String RATE = "8M";

    /** Longer than a conversion takes, so that some end by themselves. */
    private static final int LONGEST_MILLIS = 3500;

    private static final List<List<String>> TARGETS =
            Stream.concat(
                            Stream.of(
                                    List.of("-O", "raw"),
                                    List.of("-O", "qcow2"),
                                    List.of("-c", "-O", "qcow2"),
                                    List.of("-c", "-O", "qcow2", "-o", "compression_type=zstd")),
                            Arrays.stream(VmdkOptions.Subformat.values())
                                    .map(
                                            subformat ->
                                                    List.of(
                                                            "-O",
                                                            "vmdk",
                                                            "-o",
                                                            "subformat=" + subformat.text())))
                    .toList();

    @Option(
            names = "--conversions",
            paramLabel = "N",
            defaultValue = "200",
            description = "How many; ${DEFAULT-VALUE} without it.")
    private int conversions;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "0",
            description = "Of the random numbers; ${DEFAULT-VALUE} without it.")
    private long seed;

    private final Map<String, Integer> counts = new LinkedHashMap<>();

    private void count(String what) {
        counts.merge(what, 1, Integer::sum);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        var random = new Random(seed);
        var folder = Files.createTempDirectory("cistern-soak-");
        List.of("killed", "cancelled", "ended", "whole", "violations")
                .forEach(what -> counts.put(what, 0));
        try {
            var content = new byte[LENGTH];
            random.nextBytes(content);
            Files.write(folder.resolve("source"), content);
            for (var number = 0; number < conversions; number++) {
                cutShort(folder, TARGETS.get(number % TARGETS.size()), random);
            }
            require(folder, run(folder, List.of("convert", "source", "last")) == 0, "the last one");
            require(folder, named(folder, STAGING).isEmpty(), "nothing is left beside");
            require(folder, named(folder, "target").isEmpty(), "nothing is left of a set");
        } finally {
            remove(folder);
        }
        IO.println(
                counts.entrySet().stream()
                        .map(entry -> "\"%s\": %d".formatted(entry.getKey(), entry.getValue()))
                        .collect(Collectors.joining(", ", "{\"seed\": " + seed + ", ", "}")));
        return counts.getOrDefault("violations", 0) == 0 ? 0 : 1;
    }

    private void cutShort(Path folder, List<String> options, Random random)
            throws IOException, InterruptedException {
        var words = Stream.of(List.of("convert", "-r", RATE), options, List.of("source", "target"));
        var before = named(folder, STAGING);
        var process = start(folder, words.flatMap(List::stream).toList());
        awaitBegin(folder, process, before);
        var ended = process.waitFor(random.nextInt(LONGEST_MILLIS), TimeUnit.MILLISECONDS);
        var cancelled = !ended && random.nextBoolean();
        var _ = cancelled ? cancel(process) : process.destroyForcibly();
        process.waitFor();
        count(ended ? "ended" : cancelled ? "cancelled" : "killed");
        var staged = named(folder, STAGING).size();
        require(
                folder,
                staged <= (ended || cancelled ? 0 : 1),
                options + ": at most what the last one left is there");
        if (Files.exists(folder.resolve("target"))) {
            count("whole");
            require(
                    folder,
                    run(folder, List.of("compare", "source", "target")) == 0,
                    options + ": what has the name is whole");
        } else {
            require(folder, !ended, options + ": what has ended has made an image");
        }
        removeTarget(folder);
    }

    /** Tells a process to end. */
    private static Process cancel(Process process) {
        process.destroy();
        return process;
    }

    /** Returns when the conversion has begun to make something. */
    private static void awaitBegin(Path folder, Process process, List<Path> before)
            throws IOException, InterruptedException {
        while (process.isAlive() && before.containsAll(named(folder, STAGING))) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    /** Extents without their image are left to the next conversion to remove. */
    private static void removeTarget(Path folder) throws IOException {
        if (Files.deleteIfExists(folder.resolve("target"))) {
            for (var extent : named(folder, "target-")) {
                Files.delete(extent);
            }
        }
    }

    private void require(Path folder, boolean holds, String what) throws IOException {
        if (!holds) {
            count("violations");
            IO.println("violated: " + what + "; there is " + named(folder, ""));
        }
    }

    private static List<Path> named(Path folder, String prefix) throws IOException {
        try (var entries = Files.list(folder)) {
            return entries.filter(entry -> String.valueOf(entry.getFileName()).startsWith(prefix))
                    .toList();
        }
    }

    private static int run(Path folder, List<String> words)
            throws IOException, InterruptedException {
        return start(folder, words).waitFor();
    }

    private static Process start(Path folder, List<String> words) throws IOException {
        var command =
                Stream.of(
                                List.of(
                                        Path.of(System.getProperty("java.home"), "bin", "java")
                                                .toString(),
                                        "-XX:TieredStopAtLevel=1",
                                        "-XX:+UseSerialGC",
                                        "--enable-native-access=ALL-UNNAMED",
                                        "-cp",
                                        classPath(),
                                        "dev.cistern.img.Main"),
                                words)
                        .flatMap(List::stream)
                        .toList();
        return new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** As the child, in another folder, finds it. */
    private static String classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static void remove(Path folder) throws IOException {
        try (var paths = Files.walk(folder)) {
            for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
