package dev.cistern.cli.operation;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Listing;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.command.Words;
import dev.cistern.cli.http.Api;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Operation;
import dev.cistern.cli.http.Pages;
import dev.cistern.cli.http.Route;
import dev.cistern.cli.text.Table;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code op-list}. */
@Command(
        name = "op-list",
        description = "Lists the operations that have not ended, oldest first.",
        footer = "%nExample: cistern op-list --all --pool images")
public final class OpList extends Verb {
    /** In the order in which an operation goes through them, so that none slips through. */
    private static final List<String> LIVE = List.of("queued", "waiting", "running", "cancelling");

    @Option(names = "--all", description = "also those that have ended")
    private boolean all;

    @Option(names = "--pool", paramLabel = "POOL", description = "only those on this pool itself")
    private String pool = "";

    @Option(
            names = "--vol",
            paramLabel = "VOL",
            description = "only those on this volume, by id or as POOL:NAME")
    private String volume = "";

    @Override
    protected void run(Session session) throws Failure {
        if (!pool.isEmpty() && !volume.isEmpty()) {
            throw misuse("--pool and --vol exclude each other; a volume goes by id or POOL:NAME");
        }
        var lists = new ArrayList<Pages>();
        for (var list : lists()) {
            lists.addAll(pages(session.api(), list));
        }
        var seen = new HashSet<String>();
        Listing.print(
                session,
                () -> oldest(lists, seen),
                new Table("Id", "Kind", "Target", "State", "Progress", "Stage", "Created"),
                OpList::row);
    }

    private List<Route> lists() throws Failure {
        if (!volume.isEmpty()) {
            return List.of(Route.of("volumes", volume, "operations"));
        }
        if (!pool.isEmpty()) {
            return List.of(Route.of("pools", pool, "operations"));
        }
        return List.of(
                Route.of("pools", "-", "operations"), Route.of("volumes", "-", "operations"));
    }

    private List<Pages> pages(Api api, Route list) {
        return all
                ? List.of(new Pages(api, list))
                : LIVE.stream().map(state -> new Pages(api, list.with("state", state))).toList();
    }

    /**
     * The oldest of the operations that the lists have next.
     *
     * @param seen ids of those that were shown: while they are listed they go from state to state
     */
    private static @Nullable JsonNode oldest(List<Pages> lists, Set<String> seen) throws Failure {
        while (true) {
            var oldest = lists.getFirst();
            for (var list : lists) {
                oldest = isBefore(list.peek(), oldest.peek()) ? list : oldest;
            }
            var operation = oldest.next();
            if (operation == null || seen.add(operation.path("id").asText())) {
                return operation;
            }
        }
    }

    private static boolean isBefore(@Nullable JsonNode one, @Nullable JsonNode other) {
        if (one == null || other == null) {
            return one != null;
        }
        return Operation.of(one).createdAt().isBefore(Operation.of(other).createdAt());
    }

    private static String percent(Operation operation) {
        return operation.bytesTotal() <= 0
                ? ""
                : (int) (100.0 * operation.bytesDone() / operation.bytesTotal()) + "%";
    }

    private static String[] row(JsonNode body) {
        var operation = Operation.of(body);
        return new String[] {
            operation.id(),
            operation.kind(),
            operation.targetType() + " " + operation.targetName(),
            operation.state(),
            Words.orDash(percent(operation)),
            Words.orDash(
                    operation.waitsFor().isEmpty()
                            ? operation.stage()
                            : "waiting for " + operation.waitsFor()),
            body.path("createdAt").asText("")
        };
    }
}
