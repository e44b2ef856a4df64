package dev.cistern.cli.operation;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Json;
import dev.cistern.cli.http.Operation;
import dev.cistern.cli.http.Pages;
import dev.cistern.cli.http.Route;
import dev.cistern.cli.text.Table;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code op-list}. */
@Command(
        name = "op-list",
        description = "Lists operations, those that have not ended unless asked for more.",
        footer = "%nExample: cistern op-list --all --pool images")
public final class OpList extends Verb {
    @Option(names = "--all", description = "also those that have ended")
    private boolean all;

    @Option(names = "--pool", paramLabel = "POOL", description = "only those of this pool itself")
    private String pool = "";

    @Option(
            names = "--vol",
            paramLabel = "VOL",
            description = "only those of this volume, by id or POOL:NAME")
    private String volume = "";

    @Override
    protected void run(Session session) throws Failure {
        var shown = new ArrayList<JsonNode>();
        for (var operation : found(new Pages(session.api()))) {
            if (all || !Operation.of(operation).done()) {
                shown.add(operation);
            }
        }
        shown.sort(Comparator.comparing(operation -> operation.path("createdAt").asText("")));
        if (session.json()) {
            session.print(Json.array(shown));
        } else {
            print(session, shown);
        }
    }

    private List<JsonNode> found(Pages pages) throws Failure {
        if (!volume.isEmpty()) {
            return pages.all(Route.of("volumes", volume, "operations"));
        }
        if (!pool.isEmpty()) {
            return pages.all(Route.of("pools", pool, "operations"));
        }
        var both = new ArrayList<>(pages.all(Route.of("pools", "-", "operations")));
        both.addAll(pages.all(Route.of("volumes", "-", "operations")));
        return both;
    }

    private static void print(Session session, List<JsonNode> shown) {
        var table = new Table("Id", "Kind", "Target", "State", "Stage", "Created");
        for (var each : shown) {
            var operation = Operation.of(each);
            table.row(
                    operation.id(),
                    operation.kind(),
                    operation.targetName(),
                    operation.state(),
                    operation.stage().isEmpty() ? "-" : operation.stage(),
                    each.path("createdAt").asText(""));
        }
        table.print(session.out(), true);
    }
}
