package dev.cistern.cli.operation;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Operation;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code op-cancel}. */
@Command(
        name = "op-cancel",
        description = "Ends an operation early and undoes what it did.",
        footer = "%nExample: cistern op-cancel 3f0c…")
public final class OpCancel extends Verb {
    @Parameters(paramLabel = "ID", description = "id of the operation")
    private String id = "";

    @Option(names = "--async", description = "does not wait for its end")
    private boolean async;

    @Override
    protected void run(Session session) throws Failure {
        var found = OpRoute.find(session, id);
        var cancelled = Operation.of(session.api().post(found.route().then("cancel")).json());
        OpView.show(
                session, async ? cancelled : new Wait(session).end(cancelled, Duration.ofDays(1)));
    }
}
