package dev.cistern.cli.pool;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Listing;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.command.Words;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Pages;
import dev.cistern.cli.http.Route;
import dev.cistern.cli.text.Table;
import java.util.Set;
import org.jspecify.annotations.Nullable;
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

    @Option(names = "--details", description = "with sizes and folder")
    private boolean details;

    @Override
    protected void run(Session session) throws Failure {
        var pools = new Pages(session.api(), Route.of("pools"));
        Listing.print(
                session,
                () -> wanted(pools),
                details
                        ? new Table(
                                "Name",
                                "State",
                                "Autostart",
                                "Persistent",
                                "Capacity",
                                "Allocation",
                                "Available",
                                "Path")
                        : new Table("Name", "State", "Autostart"),
                details ? PoolList::detailed : PoolList::brief);
    }

    private @Nullable JsonNode wanted(Pages pools) throws Failure {
        var pool = pools.next();
        while (pool != null && !isWanted(pool)) {
            pool = pools.next();
        }
        return pool;
    }

    private boolean isWanted(JsonNode pool) {
        return all || INACTIVE.contains(pool.path("state").asText()) == inactive;
    }

    private static String[] brief(JsonNode pool) {
        var state = pool.path("state").asText();
        return new String[] {
            pool.path("name").asText(),
            state.equals("running") ? "active" : state, // as virsh says in this list only
            Words.yesNo(pool.path("autostart"))
        };
    }

    private static String[] detailed(JsonNode pool) {
        return new String[] {
            pool.path("name").asText(),
            pool.path("state").asText(),
            Words.yesNo(pool.path("autostart")),
            Words.yesNo(pool.path("persistent")),
            Words.size(pool.path("capacity")),
            Words.size(pool.path("allocation")),
            Words.size(pool.path("available")),
            pool.path("path").asText()
        };
    }
}
