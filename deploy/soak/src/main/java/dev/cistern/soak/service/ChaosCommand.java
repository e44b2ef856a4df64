package dev.cistern.soak.service;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ./cistern soak chaos}. */
@Command(
        name = "chaos",
        mixinStandardHelpOptions = true,
        description = {
            "The same as verbs, while the processes are killed with kill -9 at random: services, worker and Kafka at once, or PostgreSQL.",
            "Afterwards the inventory must be what is on disk, every image sound, every operation"
                    + " ended, every byte accounted for, and no event missing. Prints a JSON object;"
                    + " its member violations says what does not hold, and then the exit status is 1."
        })
public final class ChaosCommand implements Callable<Integer> {
    @Mixin private TrialOptions options = new TrialOptions();

    @Override
    public Integer call() throws Exception {
        return options.run("chaos", true);
    }
}
