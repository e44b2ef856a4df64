package dev.cistern.cli.operation;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code op-wait}. */
@Command(
        name = "op-wait",
        description =
                "Waits for the end of an operation; exit code 1 if it failed or was cancelled, 124 if"
                        + " the time is over.",
        footer = "%nExample: cistern op-wait --timeout 5m 6f1e0b5c-52a5-4bb4-9f0e-31c4ef1b6c55")
public final class OpWait extends Verb {
    @Mixin private OperationId operation = new OperationId();

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            description = "how long, such as 30s or 5m (default: as long as it takes)")
    private @Nullable Duration timeout;

    @Override
    protected void run(Session session) throws Failure {
        var ended = new Wait(session).end(operation.find(session), timeout);
        OpView.show(session, ended);
        if (!ended.hasSucceeded()) {
            throw new Failure.Ended(ended.problem());
        }
    }
}
