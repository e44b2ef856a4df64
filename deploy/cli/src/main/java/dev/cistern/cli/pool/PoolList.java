package dev.cistern.cli.pool;

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
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pool-list}. */
@Command(
        name = "pool-list",
        description = "Lists the active pools.",
        footer = "%nExample: cistern pool-list --all --details")
public final class PoolList extends Verb {
    private static final Set<String> INACTIVE = Set.of("inactive", "building");

    @Option(names = "--all", description = "also the inactive")
    private boolean all;

    @Option(names = "--inactive", description = "only the inactive")
    private boolean inactive;

    @Option(names = "--details", description = "with sizes")
    private boolean details;

    @Override
    protected void run(Session session) throws Failure {
        var pools =
                new Pages(session.api())
                        .all(Route.of("pools")).stream().filter(this::wanted).toList();
        if (session.json()) {
            session.print(Json.array(pools));
        } else {
            print(session, pools);
        }
    }

    private boolean wanted(JsonNode pool) {
        return all || INACTIVE.contains(pool.path("state").asText()) == inactive;
    }

    private void print(Session session, List<JsonNode> pools) {
        var table =
                details
                        ? new Table(
                                "Name",
                                "State",
                                "Autostart",
                                "Capacity",
                                "Allocation",
                                "Available",
                                "Path")
                        : new Table("Name", "State", "Autostart");
        for (var pool : pools) {
            var name = pool.path("name").asText();
            var state = state(pool);
            var autostart = pool.path("autostart").asBoolean() ? "yes" : "no";
            if (details) {
                table.row(
                        name,
                        state,
                        autostart,
                        size(pool, "capacity"),
                        size(pool, "allocation"),
                        size(pool, "available"),
                        pool.path("path").asText());
            } else {
                table.row(name, state, autostart);
            }
        }
        table.print(session.out(), true);
    }

    /** virsh's word for a running pool in lists. */
    private static String state(JsonNode pool) {
        var state = pool.path("state").asText();
        return "running".equals(state) ? "active" : state;
    }

    private static String size(JsonNode pool, String field) {
        return new ByteSize(pool.path(field).asLong()).human();
    }
}
