package dev.cistern.cli.volume;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Route;
import dev.cistern.cli.operation.Work;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The verbs that ask for something about an orphan with no more words than its id. */
@Command
public final class OrphanWork extends Work {
    private final String path;
    private final String participle;

    @Parameters(paramLabel = "ID", description = "id of the orphan")
    private String id = "";

    private OrphanWork(String path, String participle) {
        this.path = path;
        this.participle = participle;
    }

    /** {@code orphan-quarantine}. */
    public static CommandLine quarantine() {
        return described(
                new OrphanWork("quarantine", "quarantined"),
                "orphan-quarantine",
                "Puts the file aside that is under a volume's name, and the volume with it;"
                        + " orphan-adopt brings both back.");
    }

    /** {@code orphan-purge}. */
    public static CommandLine purge() {
        return described(
                new OrphanWork("purge", "purged"),
                "orphan-purge",
                "Removes what was put aside, a leftover or a volume without a file for good.");
    }

    private static CommandLine described(OrphanWork verb, String name, String what) {
        var line = new CommandLine(verb).setCommandName(name);
        line.getCommandSpec()
                .usageMessage()
                .description(what)
                .footer(
                        "%nExample: cistern " + name + " 6f1e0b5c-52a5-4bb4-9f0e-31c4ef1b6c55",
                        "cistern orphan-list shows the ids.");
        return line;
    }

    @Override
    protected JsonNode ask(Session session) throws Failure {
        return session.api().post(Route.of("volumes", "orphans", id).then(path));
    }

    @Override
    protected String done() {
        return "Orphan %s %s".formatted(id, participle);
    }
}
