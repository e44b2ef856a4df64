package dev.cistern.cli.pool;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pool-autostart}. */
@Command(
        name = "pool-autostart",
        description = "Has a pool started with the system, or not.",
        footer = "%nExample: cistern pool-autostart images")
public final class PoolAutostart extends Verb {
    @Mixin private PoolName pool = new PoolName();

    @Option(names = "--disable", description = "no longer")
    private boolean disable;

    @Override
    protected void run(Session session) throws Failure {
        var answer = session.api().patch(pool.route(), Json.object().put("autostart", !disable));
        session.answer(
                answer,
                "Pool %s %s as autostarted".formatted(pool, disable ? "unmarked" : "marked"));
    }
}
