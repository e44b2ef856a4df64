package dev.cistern.cli.pool;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Listing;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.command.Words;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Json;
import dev.cistern.cli.http.Route;
import dev.cistern.cli.text.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code pool-import}. */
@Command(
        name = "pool-import",
        description =
                "Defines the pools of a folder as libvirt keeps them, with their autostart links.",
        footer = "%nExample: cistern pool-import /etc/libvirt/storage")
public final class PoolImport extends Verb {
    @Parameters(
            arity = "0..1",
            paramLabel = "FOLDER",
            description = "with NAME.xml, and autostart/NAME.xml (default: ${DEFAULT-VALUE})",
            defaultValue = "/etc/libvirt/storage")
    private Path folder = Path.of("/etc/libvirt/storage");

    @Override
    protected void run(Session session) throws Failure {
        var failed = new ArrayList<String>();
        var table = new Table("Name", "Type", "Autostart");
        var pools = new ArrayList<JsonNode>();
        for (var file : definitions()) {
            try {
                pools.add(imported(session, file));
            } catch (Failure.Refused refused) {
                failed.add(file.getFileName() + ": " + refused.getMessage());
            }
        }
        print(session, pools, table);
        if (!failed.isEmpty()) {
            throw new Failure.Local(
                    "%d of %d pools were not imported%n%s"
                            .formatted(
                                    failed.size(),
                                    failed.size() + pools.size(),
                                    String.join("\n", failed)));
        }
    }

    private JsonNode imported(Session session, Path file) throws Failure {
        var pool = PoolDefinitions.define(session, file.toString());
        var autostart =
                Files.exists(
                        folder.resolve("autostart").resolve(file.getFileName()),
                        LinkOption.NOFOLLOW_LINKS);
        return session.api()
                .patch(
                        Route.of("pools", pool.path("id").asText()),
                        Json.object().put("autostart", autostart));
    }

    private List<Path> definitions() throws Failure {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".xml")).sorted().toList();
        } catch (IOException | UncheckedIOException e) {
            throw new Failure.Local("cannot list '%s': %s".formatted(folder, e.getMessage()));
        }
    }

    private static void print(Session session, List<JsonNode> pools, Table table) throws Failure {
        var each = pools.iterator();
        Listing.print(
                session,
                () -> each.hasNext() ? each.next() : null,
                table,
                pool ->
                        new String[] {
                            pool.path("name").asText(),
                            pool.path("type").asText(),
                            Words.yesNo(pool.path("autostart"))
                        });
    }
}
