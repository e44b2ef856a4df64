package dev.cistern.soak;

import dev.cistern.soak.service.CancelCommand;
import dev.cistern.soak.service.ChaosCommand;
import dev.cistern.soak.service.VerbsCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code ./cistern soak}. */
@Command(
        name = "soak",
        mixinStandardHelpOptions = true,
        description = "Long trials of Cistern's parts.",
        subcommands = {
            ConvertCommand.class,
            FuzzCommand.class,
            VerbsCommand.class,
            ChaosCommand.class,
            CancelCommand.class
        },
        synopsisSubcommandLabel = "COMMAND")
public final class Main {
    private Main() {}

    /** Runs the trial that is named. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Main()).execute(arguments));
    }
}
