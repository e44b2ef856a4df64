package dev.cistern.soak.service;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./cistern soak cancel}. */
@Command(
        name = "cancel",
        mixinStandardHelpOptions = true,
        description = {
            "Cancels long operations at random points. Of those that end cancelled nothing may be"
                    + " left, and the others must be whole.",
            "Prints a JSON object; its member violations says what does not hold, and then the exit"
                    + " status is 1."
        })
public final class CancelCommand implements Callable<Integer> {
    @Option(
            names = "--operations",
            paramLabel = "N",
            defaultValue = "100",
            description = "How many; ${DEFAULT-VALUE} without it.")
    private int operations;

    @Option(
            names = "--cancelled",
            paramLabel = "N",
            defaultValue = "30",
            description = "How many of them have to end cancelled; ${DEFAULT-VALUE} without it.")
    private int least;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Of the random numbers; another one each time without it.")
    private @Nullable Long seed;

    @Option(
            names = "--folder",
            paramLabel = "DIR",
            description =
                    "For data, logs and images, which stay there; without it, one in the folder for"
                            + " temporary files, which goes if all is well.")
    private @Nullable Path folder;

    @Override
    public Integer call() throws Exception {
        var trial =
                new CancelTrial(
                        seed == null ? ThreadLocalRandom.current().nextLong() : seed,
                        operations,
                        least);
        return Reports.print(folder, trial::run);
    }
}
