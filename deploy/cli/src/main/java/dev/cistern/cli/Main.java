package dev.cistern.cli;

import dev.cistern.cli.command.Arguments;
import dev.cistern.cli.command.Common;
import dev.cistern.cli.command.Root;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Surroundings;
import dev.cistern.cli.text.Printable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The client: verbs as in virsh, against a running Cistern. */
@Command(
        name = "cistern",
        description = "Manages the storage pools and volumes of a running Cistern.",
        synopsisSubcommandLabel = "VERB",
        footer =
                "%nEnvironment: CISTERN_URL (default "
                        + Common.DEFAULT_URL
                        + "), CISTERN_TENANT, CISTERN_ACTOR (default: USER).%n"
                        + "cistern VERB --help tells more of a verb.")
public final class Main implements Runnable, Root {
    private final Surroundings surroundings;

    @Spec private CommandSpec spec;
    @Mixin private Common common = new Common();

    /** Options are filled in by picocli. */
    @SuppressWarnings("NullAway.Init")
    private Main(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** Runs one verb; the exit code is 0, 1 for a failure, 2 for a wrong command line. */
    public static void main(String... arguments) {
        System.exit(run(Surroundings.ofProcess(), arguments));
    }

    /** As {@link #main}, in these surroundings; returns the exit code. */
    public static int run(Surroundings surroundings, String... arguments) {
        var line = new CommandLine(new Main(surroundings));
        Verbs.add(line, arguments);
        Arguments.teach(line);
        line.setOut(surroundings.out())
                .setErr(surroundings.err())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(Main::misused)
                .setExecutionExceptionHandler(Main::broken);
        return Arguments.areWhole(arguments) ? line.execute(arguments) : garbled(surroundings);
    }

    private static int garbled(Surroundings surroundings) {
        surroundings
                .err()
                .println(
                        "error: the arguments have letters that this locale cannot express: set"
                                + " LC_ALL=C.UTF-8, or name the volume by its id");
        return CommandLine.ExitCode.USAGE;
    }

    private static int misused(ParameterException misuse, String... arguments) {
        var line = misuse.getCommandLine();
        line.getErr().println("error: " + Printable.of(String.valueOf(misuse.getMessage())));
        UnmatchedArgumentException.printSuggestions(misuse, line.getErr());
        line.usage(line.getErr());
        return line.getCommandSpec().exitCodeOnInvalidInput();
    }

    private static int broken(
            Exception defect, CommandLine line, CommandLine.ParseResult arguments) {
        line.getErr().println("error: the client itself failed");
        defect.printStackTrace(line.getErr());
        return line.getCommandSpec().exitCodeOnExecutionException();
    }

    @Override
    public Session session() {
        return common.session(surroundings);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a verb is needed");
    }
}
