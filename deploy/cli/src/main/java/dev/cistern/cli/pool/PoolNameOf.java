package dev.cistern.cli.pool;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code pool-name}. */
@Command(
        name = "pool-name",
        description = "Prints the name of a pool.",
        footer = "%nExample: cistern pool-name 6f1e0b5c-52a5-4bb4-9f0e-31c4ef1b6c55")
public final class PoolNameOf extends Verb {
    @Mixin private PoolName pool = new PoolName();

    @Override
    protected void run(Session session) throws Failure {
        var found = session.api().get(pool.route());
        session.answer(found, found.path("name").asText());
    }
}
