package dev.cistern.cli.volume;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.operation.Work;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The verbs that ask for work on a volume with no more words than its name. */
@Command
public final class VolWork extends Work {
    private final String path;
    private final String participle;

    @Mixin private VolumeName volume = new VolumeName();

    private VolWork(String path, String participle) {
        this.path = path;
        this.participle = participle;
    }

    /** {@code vol-flatten}. */
    public static CommandLine flatten() {
        return described(
                new VolWork("flatten", "flattened"),
                "vol-flatten",
                "Makes a volume independent of those that it builds on.");
    }

    /** {@code vol-commit}. */
    public static CommandLine commit() {
        return described(
                new VolWork("commit", "committed"),
                "vol-commit",
                "Writes what a volume has of its own into the one that it builds on.");
    }

    /** {@code vol-compact}. */
    public static CommandLine compact() {
        return described(
                new VolWork("compact", "compacted"),
                "vol-compact",
                "Gives the space back that a volume spends on zeroes.");
    }

    private static CommandLine described(VolWork verb, String name, String what) {
        var line = new CommandLine(verb).setCommandName(name);
        line.getCommandSpec()
                .usageMessage()
                .description(what)
                .footer("%nExample: cistern " + name + " web1.qcow2 --pool images");
        return line;
    }

    @Override
    protected JsonNode ask(Session session) throws Failure {
        return session.api().post(volume.route(session.api()).then(path));
    }

    @Override
    protected String done() {
        return "Vol %s %s".formatted(volume, participle);
    }
}
