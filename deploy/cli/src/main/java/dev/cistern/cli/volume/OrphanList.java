package dev.cistern.cli.volume;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Listing;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.command.Words;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Pages;
import dev.cistern.cli.http.Route;
import dev.cistern.cli.text.Table;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code orphan-list}. */
@Command(
        name = "orphan-list",
        description = {
            "Lists volumes and files that do not go together, as the last refresh has found them:",
            "volumes that are missing, drifted or cannot be read, what is in quarantine, and what"
                    + " nobody owns in Cistern's own folder."
        },
        footer = "%nExample: cistern orphan-list images")
public final class OrphanList extends Verb {
    @Parameters(
            paramLabel = "POOL",
            arity = "0..1",
            description = "name or id of the pool (default: all pools)")
    private @Nullable String pool;

    @Override
    protected void run(Session session) throws Failure {
        Listing.print(
                session,
                new Pages(session.api(), Route.of("volumes", "orphans").with("pool", pool))::next,
                new Table("Id", "Kind", "Path", "Allocation", "Can be"),
                OrphanList::row);
    }

    private static String[] row(JsonNode orphan) {
        return new String[] {
            orphan.path("id").asText(),
            orphan.path("kind").asText(),
            orphan.path("path").asText(),
            Words.size(orphan.path("allocation")),
            Words.list(orphan.path("remedies"))
        };
    }
}
