package dev.cistern.cli.operation;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code op-info}. */
@Command(
        name = "op-info",
        description = "Shows an operation.",
        footer = "%nExample: cistern op-info 3f0c…")
public final class OpInfo extends Verb {
    @Parameters(paramLabel = "ID", description = "id of the operation")
    private String id = "";

    @Override
    protected void run(Session session) throws Failure {
        OpView.show(session, OpRoute.find(session, id));
    }
}
