package dev.cistern.cli.pool;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Answer;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Route;
import dev.cistern.cli.operation.Work;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pool-undefine}. */
@Command(
        name = "pool-undefine",
        description = "Removes the definition of an inactive pool.",
        footer = "%nExample: cistern pool-undefine images --keep-files")
public final class PoolUndefine extends Work {
    @Parameters(paramLabel = "POOL", description = "name or id of the pool")
    private String pool = "";

    @Option(
            names = "--keep-files",
            description = "also if it has volumes: they are forgotten, their files stay")
    private boolean keepFiles;

    @Override
    protected Answer ask(Session session) throws Failure {
        return session.api()
                .delete(Route.of("pools", pool).with("keepFiles", keepFiles ? "true" : null));
    }

    @Override
    protected String done() {
        return "Pool %s has been undefined".formatted(pool);
    }
}
