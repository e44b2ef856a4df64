package dev.cistern.cli.pool;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Answer;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Route;
import dev.cistern.cli.operation.Work;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The verbs that ask for work on a pool with no more words than its name. */
@Command
public final class PoolWork extends Work {
    private final String path;
    private final String participle;

    @Parameters(paramLabel = "POOL", description = "name or id of the pool")
    private String pool = "";

    /**
     * A verb.
     *
     * @param path in the HTTP interface
     * @param participle how the pool is called that this was done to
     */
    public PoolWork(String path, String participle) {
        this.path = path;
        this.participle = participle;
    }

    @Override
    protected Answer ask(Session session) throws Failure {
        return session.api().post(Route.of("pools", pool, path));
    }

    @Override
    protected String done() {
        return "Pool %s %s".formatted(pool, participle);
    }
}
