package dev.cistern.cli.pool;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Listing;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.command.Words;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Pages;
import dev.cistern.cli.http.Route;
import dev.cistern.cli.text.Printable;
import dev.cistern.cli.text.Table;
import java.util.ArrayList;
import java.util.List;
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

    @Option(names = "--autostart", description = "only those that are autostarted")
    private boolean autostart;

    @Option(names = "--no-autostart", description = "only those that are not")
    private boolean noAutostart;

    @Option(
            names = "--type",
            paramLabel = "TYPE,…",
            split = ",",
            description = "only those of these types")
    private List<String> types = List.of();

    @Option(names = "--persistent", description = "only those that stay defined: all are")
    private boolean persistent;

    @Option(names = "--transient", description = "only those that do not: none is")
    private boolean passing;

    @Option(names = "--name", description = "names alone")
    private boolean names;

    @Option(names = "--uuid", description = "ids alone")
    private boolean ids;

    @Option(names = "--details", description = "with sizes and folder")
    private boolean details;

    @Override
    protected void run(Session session) throws Failure {
        var pools = new Pages(session.api(), Route.of("pools"));
        if ((names || ids) && !session.json()) {
            printAlone(session, pools);
            return;
        }
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

    private void printAlone(Session session, Pages pools) throws Failure {
        for (var pool = wanted(pools); pool != null; pool = wanted(pools)) {
            var words = new ArrayList<String>();
            if (ids) {
                words.add(pool.path("id").asText());
            }
            if (names) {
                words.add(pool.path("name").asText());
            }
            session.out().println(Printable.of(String.join(" ", words)));
        }
    }

    private @Nullable JsonNode wanted(Pages pools) throws Failure {
        var pool = pools.next();
        while (pool != null && !isWanted(pool)) {
            pool = pools.next();
        }
        return pool;
    }

    private boolean isWanted(JsonNode pool) {
        var autostarts = pool.path("autostart").asBoolean();
        return (persistent || !passing)
                && (all || INACTIVE.contains(pool.path("state").asText()) == inactive)
                && (autostart == noAutostart || autostarts == autostart)
                && (types.isEmpty() || types.contains(pool.path("type").asText()));
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
