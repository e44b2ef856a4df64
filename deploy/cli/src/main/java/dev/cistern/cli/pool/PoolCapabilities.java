package dev.cistern.cli.pool;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Route;
import picocli.CommandLine.Command;

/** {@code pool-capabilities}. */
@Command(
        name = "pool-capabilities",
        description =
                "Writes which types of pools there are and what they can hold, as libvirt's XML.",
        footer = "%nExample: cistern pool-capabilities")
public final class PoolCapabilities extends Verb {
    @Override
    protected void run(Session session) throws Failure {
        var route = Route.of("pool-capabilities");
        if (session.json()) {
            session.print(session.api().get(route));
        } else {
            session.out().println(session.api().getXml(route).stripTrailing());
        }
    }
}
