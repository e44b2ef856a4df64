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

/** {@code vol-restore}. */
@Command(
        name = "vol-restore",
        description = "Brings a volume back from the trash.",
        footer = {
            "%nExample: cistern vol-restore 6f1e0b5c-52a5-4bb4-9f0e-31c4ef1b6c55",
            "cistern vol-list POOL --trash shows the ids."
        })
public final class VolRestore extends Work {
    @Parameters(index = "0", paramLabel = "ID", description = "id of the volume")
    private String id = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "NEWNAME",
            description = "its file name from now on (default: the one that it had)")
    private @Nullable String name;

    @Override
    protected JsonNode ask(Session session) throws Failure {
        var body = Json.object();
        if (name != null) {
            body.put("name", name);
        }
        return session.api().post(Route.of("volumes", id).then("restore"), body);
    }

    @Override
    protected String done() {
        return "Vol %s restored".formatted(id);
    }
}
