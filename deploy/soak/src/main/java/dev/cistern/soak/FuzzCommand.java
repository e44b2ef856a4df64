package dev.cistern.soak;

import com.code_intelligence.jazzer.Jazzer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code ./cistern soak fuzz}: the engine's parsers and operations on images that make no sense.
 */
@Command(
        name = "fuzz",
        mixinStandardHelpOptions = true,
        description = {
            "Feeds the image engine with images that make no sense, guided by what of its code they"
                    + " reach. Each is looked at, mapped, read, checked, repaired and written to;"
                    + " whatever comes of it but an exception that tells what is wrong is a finding,"
                    + " and so are a use that does not end and one that takes too much memory.",
            "An input is a script of 8 bytes and an image. Inputs of interest and findings are kept"
                    + " in the folder, and the next run goes on from there."
        })
final class FuzzCommand implements Callable<Integer> {
    private static final int SECONDS = 60;

    @Option(
            names = "--minutes",
            paramLabel = "N",
            defaultValue = "30",
            description = "How long; ${DEFAULT-VALUE} without it.")
    private int minutes;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "0",
            description = "Of the random numbers; another one each time without it.")
    private long seed;

    @Option(
            names = "--folder",
            paramLabel = "DIR",
            defaultValue = "target/fuzz",
            description = "Where inputs and findings are kept; ${DEFAULT-VALUE} without it.")
    private Path folder = Path.of("target", "fuzz");

    @Option(
            names = "--findings",
            paramLabel = "N",
            defaultValue = "1",
            description = "Ends after so many different findings; ${DEFAULT-VALUE} without it.")
    private int findings;

    @Parameters(
            paramLabel = "FILE",
            arity = "0..*",
            description = "Inputs to be tried once, findings for example, instead of a long run.")
    private List<Path> inputs = List.of();

    /** A use that takes longer is a finding, seconds. */
    private static final int LONGEST = 30;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (!inputs.isEmpty()) {
            tryOnce();
            return 0;
        }
        var corpus = Files.createDirectories(folder.resolve("corpus"));
        var seeds = Files.createDirectories(folder.resolve("seeds"));
        var found = Files.createDirectories(folder.resolve("findings"));
        Seeds.layInto(seeds);
        Jazzer.main(arguments(corpus, seeds, found).toArray(String[]::new));
        return 0;
    }

    private void tryOnce() throws IOException {
        for (var input : inputs) {
            IO.println(input);
            FuzzTarget.fuzzerTestOneInput(Files.readAllBytes(input));
        }
    }

    private List<String> arguments(Path corpus, Path seeds, Path found) {
        var arguments = new ArrayList<String>();
        arguments.add("--target_class=" + FuzzTarget.class.getName());
        arguments.add("--instrumentation_includes=dev.cistern.image.**");
        arguments.add("--disabled_hooks=com.code_intelligence.jazzer.sanitizers.**");
        arguments.add("--keep_going=" + findings);
        arguments.add("--reproducer_path=" + found);
        arguments.add("-artifact_prefix=" + found + "/");
        arguments.add("-max_total_time=" + minutes * SECONDS);
        arguments.add("-timeout=" + LONGEST);
        arguments.add("-rss_limit_mb=0");
        arguments.add("-print_final_stats=1");
        arguments.add("-reload=0");
        if (seed != 0) {
            arguments.add("-seed=" + seed);
        }
        arguments.add(corpus.toString());
        arguments.add(seeds.toString());
        return arguments;
    }
}
