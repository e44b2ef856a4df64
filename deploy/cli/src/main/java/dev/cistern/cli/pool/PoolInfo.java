package dev.cistern.cli.pool;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Route;
import dev.cistern.cli.text.ByteSize;
import dev.cistern.cli.text.Fields;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pool-info}. */
@Command(
        name = "pool-info",
        description = "Shows a pool.",
        footer = "%nExample: cistern pool-info images --bytes")
public final class PoolInfo extends Verb {
    @Parameters(paramLabel = "POOL", description = "name or id of the pool")
    private String pool = "";

    @Option(names = "--bytes", description = "sizes in bytes")
    private boolean bytes;

    @Override
    protected void run(Session session) throws Failure {
        var found = session.api().get(Route.of("pools", pool)).json();
        if (session.json()) {
            session.print(found);
            return;
        }
        new Fields()
                .add("Name", found.path("name").asText())
                .add("UUID", found.path("id").asText())
                .add("State", found.path("state").asText())
                .add("Persistent", "yes")
                .add("Autostart", found.path("autostart").asBoolean() ? "yes" : "no")
                .add("Path", found.path("path").asText())
                .addIfPresent("Node", found.path("node").asText(""))
                .add("Capacity", size(found.path("capacity").asLong()))
                .add("Allocation", size(found.path("allocation").asLong()))
                .add("Available", size(found.path("available").asLong()))
                .print(session.out());
    }

    private String size(long value) {
        return bytes ? Long.toString(value) : new ByteSize(value).human();
    }
}
