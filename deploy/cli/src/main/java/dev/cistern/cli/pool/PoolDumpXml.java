package dev.cistern.cli.pool;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Json;
import dev.cistern.cli.http.Route;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code pool-dumpxml}. */
@Command(
        name = "pool-dumpxml",
        description = "Writes a pool as libvirt's XML.",
        footer = "%nExample: cistern pool-dumpxml images > images.xml")
public final class PoolDumpXml extends Verb {
    @Parameters(paramLabel = "POOL", description = "name or id of the pool")
    private String pool = "";

    @Override
    protected void run(Session session) throws Failure {
        var xml = session.api().get(Route.of("pools", pool), "application/xml").text();
        if (session.json()) {
            session.print(Json.object().put("xml", xml));
        } else {
            session.out().println(xml.stripTrailing());
        }
    }
}
