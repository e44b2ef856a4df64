package dev.cistern.cli.volume;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Json;
import dev.cistern.cli.http.Pages;
import dev.cistern.cli.http.Route;
import dev.cistern.cli.text.ByteSize;
import dev.cistern.cli.text.Table;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vol-list}. */
@Command(
        name = "vol-list",
        description = "Lists the volumes of a pool.",
        footer = "%nExample: cistern vol-list images --details")
public final class VolList extends Verb {
    @Parameters(
            arity = "0..1",
            paramLabel = "POOL",
            description = "name or id of the pool (default: all pools)")
    private String pool = "";

    @Option(names = "--details", description = "with format, state and sizes")
    private boolean details;

    @Override
    protected void run(Session session) throws Failure {
        if (!pool.isEmpty()) {
            session.api().get(Route.of("pools", pool));
        }
        var route = Route.of("volumes").with("pool", pool.isEmpty() ? null : pool);
        var volumes = new Pages(session.api()).all(route);
        if (session.json()) {
            session.print(Json.array(volumes));
        } else {
            print(session, volumes);
        }
    }

    private void print(Session session, List<JsonNode> volumes) {
        var table =
                details
                        ? new Table(
                                "Name",
                                "Path",
                                "Format",
                                "State",
                                "Conditions",
                                "Capacity",
                                "Allocation")
                        : new Table("Name", "Path");
        for (var volume : volumes) {
            var name = volume.path("name").asText();
            var path = volume.path("path").asText();
            if (details) {
                var conditions = VolInfo.conditions(volume);
                table.row(
                        name,
                        path,
                        volume.path("format").asText(),
                        volume.path("state").asText(),
                        conditions.isEmpty() ? "-" : conditions,
                        new ByteSize(volume.path("capacity").asLong()).human(),
                        new ByteSize(volume.path("allocation").asLong()).human());
            } else {
                table.row(name, path);
            }
        }
        table.print(session.out(), true);
    }
}
