package dev.cistern.soak.service;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the trials of all of Cistern have in common. */
final class TrialOptions {
    private static final double MILLIS_PER_MINUTE = 60_000;

    @Option(
            names = "--minutes",
            paramLabel = "N",
            defaultValue = "5",
            description = "How long clients ask; ${DEFAULT-VALUE} without it.")
    private double minutes;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Of the random numbers; another one each time without it.")
    private @Nullable Long seed;

    @Option(
            names = "--clients",
            paramLabel = "N",
            defaultValue = "64",
            description = "At once; ${DEFAULT-VALUE} without it.")
    private int clients;

    @Option(
            names = "--volumes",
            paramLabel = "N",
            defaultValue = "50",
            description = "Names that they share; ${DEFAULT-VALUE} without it.")
    private int volumes;

    @Option(
            names = "--folder",
            paramLabel = "DIR",
            description =
                    "For data, logs and images, which stay there; without it, one in the folder for"
                            + " temporary files, which goes if all is well.")
    private @Nullable Path folder;

    /**
     * Runs the trial and prints its report.
     *
     * @return the exit status: 1 if something does not hold
     */
    int run(String name, boolean kill) throws Exception {
        var trial =
                new Trial(
                        name,
                        seed == null ? ThreadLocalRandom.current().nextLong() : seed,
                        Duration.ofMillis((long) (minutes * MILLIS_PER_MINUTE)),
                        clients,
                        volumes,
                        kill);
        return Reports.print(folder, trial::run);
    }
}
