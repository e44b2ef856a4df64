package dev.cistern.cli.pool;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Json;
import dev.cistern.cli.text.ByteSize;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pool-set}. */
@Command(
        name = "pool-set",
        description = "Changes how the space of a pool is promised to volumes.",
        footer = "%nExample: cistern pool-set images --overcommit 3")
public final class PoolSet extends Verb {
    @Mixin private PoolName pool = new PoolName();

    @Option(
            names = "--overcommit",
            paramLabel = "TIMES",
            description = "how often its space may be promised")
    private @Nullable Double overcommit;

    @Option(
            names = "--limit",
            paramLabel = "SIZE",
            description = "what may be promised, instead: such as 500G; 0 takes the limit off")
    private @Nullable ByteSize limit;

    @Option(names = "--reserve", paramLabel = "SIZE", description = "what is kept back of it")
    private @Nullable ByteSize reserve;

    @Option(
            names = "--low-space",
            paramLabel = "SIZE",
            description = "warns while less than this is available; 0 for never")
    private @Nullable ByteSize lowSpace;

    @Override
    protected void run(Session session) throws Failure {
        var body = Json.object();
        if (overcommit != null) {
            body.put("overcommit", overcommit);
        }
        put(body, "limit", limit);
        put(body, "reserve", reserve);
        put(body, "lowSpace", lowSpace);
        if (body.isEmpty()) {
            throw misuse("nothing is to be changed: give one of the options");
        }
        session.answer(session.api().patch(pool.route(), body), "Pool %s changed".formatted(pool));
    }

    private static void put(ObjectNode body, String name, @Nullable ByteSize size) {
        if (size != null) {
            body.put(name, size.bytes());
        }
    }
}
