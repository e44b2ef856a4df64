package dev.cistern.cli.pool;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.operation.Work;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The verbs that ask for work on a pool with no more words than its name. */
@Command
public final class PoolWork extends Work {
    private final String path;
    private final String participle;

    @Mixin private PoolName pool = new PoolName();

    private PoolWork(String path, String participle) {
        this.path = path;
        this.participle = participle;
    }

    /** {@code pool-destroy}. */
    public static CommandLine destroy() {
        return described(
                new PoolWork("stop", "destroyed"),
                "pool-destroy",
                "Stops a pool; its files and its definition stay.");
    }

    /** {@code pool-refresh}. */
    public static CommandLine refresh() {
        return described(
                new PoolWork("refresh", "refreshed"),
                "pool-refresh",
                "Looks at the files of a pool: adopts new ones, marks what is missing or was changed"
                        + " from outside.");
    }

    /** {@code pool-drain}. */
    public static CommandLine drain() {
        return described(
                new PoolWork("drain", "drained"),
                "pool-drain",
                "Takes a pool into maintenance: work on its volumes ends, new work is refused until"
                        + " pool-refresh takes it back.");
    }

    private static CommandLine described(PoolWork verb, String name, String what) {
        var line = new CommandLine(verb).setCommandName(name);
        line.getCommandSpec()
                .usageMessage()
                .description(what)
                .footer("%nExample: cistern " + name + " images");
        return line;
    }

    @Override
    protected JsonNode ask(Session session) throws Failure {
        return session.api().post(pool.route().then(path));
    }

    @Override
    protected String done() {
        return "Pool %s %s".formatted(pool, participle);
    }
}
