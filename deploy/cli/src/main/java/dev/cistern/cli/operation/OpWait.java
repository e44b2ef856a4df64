package dev.cistern.cli.operation;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.text.Durations;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code op-wait}. */
@Command(
        name = "op-wait",
        description =
                "Waits for the end of an operation; exit code 1 if it failed, 124 if the time is over.",
        footer = "%nExample: cistern op-wait --timeout 5m 3f0c…")
public final class OpWait extends Verb {
    @Parameters(paramLabel = "ID", description = "id of the operation")
    private String id = "";

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            description = "how long, such as 30s or 5m (default: without end)")
    private String timeout = "";

    @Override
    protected void run(Session session) throws Failure {
        var ended = new Wait(session).end(OpRoute.find(session, id), patience());
        OpView.show(session, ended);
        if (!ended.hasSucceeded()) {
            throw new Failure.Ended(ended.problem());
        }
    }

    private Duration patience() throws Failure {
        try {
            return timeout.isEmpty() ? Duration.ofDays(365) : Durations.parse(timeout);
        } catch (IllegalArgumentException e) {
            throw new Failure.Misused(String.valueOf(e.getMessage()));
        }
    }
}
