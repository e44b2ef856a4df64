package dev.cistern.cli.operation;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code op-info}. */
@Command(
        name = "op-info",
        description = "Shows an operation.",
        footer = "%nExample: cistern op-info 6f1e0b5c-52a5-4bb4-9f0e-31c4ef1b6c55")
public final class OpInfo extends Verb {
    @Mixin private OperationId operation = new OperationId();

    @Override
    protected void run(Session session) throws Failure {
        OpView.show(session, operation.find(session));
    }
}
