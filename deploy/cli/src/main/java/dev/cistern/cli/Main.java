package dev.cistern.cli;

import dev.cistern.cli.command.Common;
import dev.cistern.cli.fleet.Events;
import dev.cistern.cli.fleet.NodeList;
import dev.cistern.cli.operation.OpCancel;
import dev.cistern.cli.operation.OpInfo;
import dev.cistern.cli.operation.OpList;
import dev.cistern.cli.operation.OpWait;
import dev.cistern.cli.pool.PoolDefine;
import dev.cistern.cli.pool.PoolDefineAs;
import dev.cistern.cli.pool.PoolDumpXml;
import dev.cistern.cli.pool.PoolInfo;
import dev.cistern.cli.pool.PoolList;
import dev.cistern.cli.pool.PoolStart;
import dev.cistern.cli.pool.PoolUndefine;
import dev.cistern.cli.pool.PoolWork;
import dev.cistern.cli.volume.VolCreateAs;
import dev.cistern.cli.volume.VolDelete;
import dev.cistern.cli.volume.VolInfo;
import dev.cistern.cli.volume.VolList;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.Map;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The client: verbs as in virsh, against a running Cistern. */
@Command(
        name = "cistern",
        description = "Manages the storage pools and volumes of a running Cistern.",
        synopsisSubcommandLabel = "VERB",
        footer =
                "%nEnvironment: CISTERN_URL (default "
                        + Common.DEFAULT_URL
                        + "), CISTERN_TENANT, CISTERN_ACTOR.%n`cistern VERB --help` tells more of a verb.")
public final class Main implements Runnable {
    @CommandLine.Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "shows this")
    @SuppressWarnings("UnusedVariable") // picocli acts on it
    private boolean help;

    @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

    /** Made by {@link #commandLine}. */
    @SuppressWarnings("NullAway.Init")
    private Main() {}

    /** Runs one verb; the exit code is 0, 1 for a failure, 2 for a wrong command line. */
    public static void main(String... arguments) {
        System.exit(
                commandLine(writer(System.out), writer(System.err), System.getenv())
                        .execute(arguments));
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, stream.charset());
    }

    /** The command line, writing to these and reading these variables. */
    public static CommandLine commandLine(
            PrintWriter out, PrintWriter err, Map<String, String> environment) {
        var line = new CommandLine(new Main());
        line.addSubcommand(new PoolDefine());
        line.addSubcommand(new PoolDefineAs());
        add(line, "pool-build", new PoolWork("build", "built"), "Makes the folder of a pool.");
        line.addSubcommand(new PoolStart());
        add(
                line,
                "pool-destroy",
                new PoolWork("stop", "destroyed"),
                "Stops a pool; its files stay.");
        line.addSubcommand(new PoolUndefine());
        line.addSubcommand(new PoolList());
        line.addSubcommand(new PoolInfo());
        add(
                line,
                "pool-refresh",
                new PoolWork("refresh", "refreshed"),
                "Looks at the files of a pool: adopts new ones, marks what is missing or was changed from outside.");
        line.addSubcommand(new PoolDumpXml());
        line.addSubcommand(new VolCreateAs());
        line.addSubcommand(new VolList());
        line.addSubcommand(new VolInfo());
        line.addSubcommand(new VolDelete());
        line.addSubcommand(new OpList());
        line.addSubcommand(new OpInfo());
        line.addSubcommand(new OpWait());
        line.addSubcommand(new OpCancel());
        line.addSubcommand(new Events());
        line.addSubcommand(new NodeList());
        line.addSubcommand("completion", new AutoComplete.GenerateCompletion());
        Common.environment(line, environment);
        return line.setOut(out).setErr(err);
    }

    private static void add(CommandLine line, String name, PoolWork verb, String what) {
        var command = new CommandLine(verb);
        command.getCommandSpec()
                .usageMessage()
                .description(what)
                .footer("%nExample: cistern " + name + " images");
        line.addSubcommand(name, command);
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "a verb is needed");
    }
}
