package dev.cistern.cli.pool;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code pool-uuid}. */
@Command(
        name = "pool-uuid",
        description = "Prints the id of a pool, libvirt's UUID.",
        footer = "%nExample: cistern pool-uuid images")
public final class PoolUuid extends Verb {
    @Mixin private PoolName pool = new PoolName();

    @Override
    protected void run(Session session) throws Failure {
        var found = session.api().get(pool.route());
        session.answer(found, found.path("id").asText());
    }
}
