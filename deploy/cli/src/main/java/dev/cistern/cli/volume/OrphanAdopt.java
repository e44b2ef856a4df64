package dev.cistern.cli.volume;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Json;
import dev.cistern.cli.http.Route;
import dev.cistern.cli.operation.Work;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code orphan-adopt}. */
@Command(
        name = "orphan-adopt",
        description = {
            "Makes the file of an orphan its volume's, or a volume. Of a drifted volume that is the"
                    + " file that is there now; one that was put aside comes back."
        },
        footer = {
            "%nExample: cistern orphan-adopt 6f1e0b5c-52a5-4bb4-9f0e-31c4ef1b6c55 found.qcow2",
            "cistern orphan-list shows the ids."
        })
public final class OrphanAdopt extends Work {
    @Parameters(index = "0", paramLabel = "ID", description = "id of the orphan")
    private String id = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "NAME",
            description = "file name of what was put aside (default: the one that it had)")
    private @Nullable String name;

    @Override
    protected JsonNode ask(Session session) throws Failure {
        var body = Json.object();
        if (name != null) {
            body.put("name", name);
        }
        return session.api().post(Route.of("volumes", "orphans", id).then("adopt"), body);
    }

    @Override
    protected String done() {
        return "Orphan %s adopted".formatted(id);
    }
}
