package dev.cistern.soak.service;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ./cistern soak verbs}. */
@Command(
        name = "verbs",
        mixinStandardHelpOptions = true,
        description = {
            "Many clients ask one pool for whatever comes to mind: every verb on a few volumes that they share.",
            "Afterwards the inventory must be what is on disk, every image sound, every operation"
                    + " ended, every byte accounted for, and no event missing. Prints a JSON object;"
                    + " its member violations says what does not hold, and then the exit status is 1."
        })
public final class VerbsCommand implements Callable<Integer> {
    @Mixin private TrialOptions options = new TrialOptions();

    @Override
    public Integer call() throws Exception {
        return options.run("verbs", false);
    }
}
