package dev.cistern.cli.operation;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code op-cancel}. */
@Command(
        name = "op-cancel",
        description =
                "Ends an operation early and undoes what it did; exit code 1 if it ended by itself"
                        + " before.",
        footer = "%nExample: cistern op-cancel 6f1e0b5c-52a5-4bb4-9f0e-31c4ef1b6c55")
public final class OpCancel extends Verb {
    @Mixin private OperationId operation = new OperationId();

    @Option(names = "--async", description = "does not wait for its end")
    private boolean async;

    @Override
    protected void run(Session session) throws Failure {
        var found = operation.find(session);
        var answer =
                session.operation(
                        found.service(), session.api().post(found.route().then("cancel")));
        var shown = async ? answer : new Wait(session).end(answer, null);
        OpView.show(session, shown);
        if (shown.done() && !shown.wasCancelled()) {
            throw new Failure.Local(
                    "operation %s has %s before it could be cancelled"
                            .formatted(shown.id(), shown.state()));
        }
    }
}
