package dev.cistern.bench;

import dev.cistern.bench.engine.EngineBench;
import dev.cistern.bench.service.ServiceCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code ./cistern bench SUBJECT}. */
@Command(
        name = "./cistern bench",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "SUBJECT",
        description = {
            "Measures Cistern, beside its peer where that is installed.",
            "A JSON line per figure on standard output, what goes on on standard error."
        },
        subcommands = {EngineBench.class, ServiceCommand.class})
public final class Main {
    private Main() {}

    /** Runs the subject that the arguments name. */
    public static void main(String... arguments) {
        System.exit(new CommandLine(new Main()).execute(arguments));
    }
}
