package dev.cistern.cli.volume;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Json;
import dev.cistern.cli.operation.Work;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code vol-rename}. */
@Command(
        name = "vol-rename",
        description = "Gives a volume and its file another name.",
        footer = "%nExample: cistern vol-rename web1.qcow2 web-old.qcow2 --pool images")
public final class VolRename extends Work {
    @Mixin private VolumeArgument volume = new VolumeArgument();

    @Parameters(index = "1", paramLabel = "NEWNAME", description = "its new file name")
    private String name = "";

    @Override
    protected JsonNode ask(Session session) throws Failure {
        return session.api().patch(volume.route(session.api()), Json.object().put("name", name));
    }

    @Override
    protected String done() {
        return "Vol %s renamed to %s".formatted(volume, name);
    }
}
