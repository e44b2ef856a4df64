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
    @Parameters(paramLabel = "POOL", description = "name or id of the pool")
    private String pool = "";

    @Option(names = "--details", description = "with sizes, format and state")
    private boolean details;

    @Option(
            names = "--label",
            paramLabel = "KEY[=VALUE]",
            description = "those with the label only; with several, those with all of them")
    private List<String> labels = List.of();

    @Option(names = "--trash", description = "those in the trash, with their ids")
    private boolean trash;

    @Override
    protected void run(Session session) throws Failure {
        var id = session.api().get(Route.of("pools", pool)).path("id").asText();
        var volumes = Route.of("volumes").with("pool", id).with("state", trash ? "trashed" : null);
        for (var label : labels) {
            volumes = volumes.with("label", label);
        }
        Listing.print(
                session,
                new Pages(session.api(), volumes)::next,
                details
                        ? new Table(
                                "Name",
                                "Path",
                                "Type",
                                "Capacity",
                                "Allocation",
                                "Format",
                                "State",
                                "Conditions")
                        : new Table("Name", trash ? "Id" : "Path"),
                details ? VolList::detailed : trash ? VolList::ofTrash : VolList::brief);
    }

    private static String[] brief(JsonNode volume) {
        return new String[] {volume.path("name").asText(), volume.path("path").asText()};
    }

    private static String[] ofTrash(JsonNode volume) {
        return new String[] {volume.path("name").asText(), volume.path("id").asText()};
    }

    private static String[] detailed(JsonNode volume) {
        return new String[] {
            volume.path("name").asText(),
            volume.path("path").asText(),
            "file",
            Words.size(volume.path("capacity")),
            Words.size(volume.path("allocation")),
            volume.path("format").asText(),
            volume.path("state").asText(),
            Words.orDash(Words.list(volume.path("conditions")))
        };
    }
}
