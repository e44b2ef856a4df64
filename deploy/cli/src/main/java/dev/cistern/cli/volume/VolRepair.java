package dev.cistern.cli.volume;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Json;
import dev.cistern.cli.operation.Work;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vol-repair}. */
@Command(
        name = "vol-repair",
        description = "Checks a volume's image and sets right what can be.",
        footer = "%nExample: cistern vol-repair web1.qcow2 --pool images --leaks")
public final class VolRepair extends Work {
    @Mixin private VolumeName volume = new VolumeName();

    @Option(names = "--leaks", description = "nothing but space that is taken and of no use")
    private boolean leaks;

    @Override
    protected JsonNode ask(Session session) throws Failure {
        var body = Json.object().put("what", leaks ? "leaks" : "all");
        return session.api().post(volume.route(session.api()).then("repair"), body);
    }

    @Override
    protected String done() {
        return "Vol %s repaired".formatted(volume);
    }
}
