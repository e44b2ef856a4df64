package dev.cistern.cli.pool;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Answer;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Route;
import dev.cistern.cli.operation.Work;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pool-start}. */
@Command(
        name = "pool-start",
        description = "Starts a pool and looks at its files.",
        footer = "%nExample: cistern pool-start images --build")
public final class PoolStart extends Work {
    @Parameters(paramLabel = "POOL", description = "name or id of the pool")
    private String pool = "";

    @Option(names = "--build", description = "makes its folder before")
    private boolean build;

    @Override
    protected Answer ask(Session session) throws Failure {
        if (build) {
            session.api().post(Route.of("pools", pool, "build"));
        }
        return session.api().post(Route.of("pools", pool, "start"));
    }

    @Override
    protected String done() {
        return "Pool %s started".formatted(pool);
    }
}
