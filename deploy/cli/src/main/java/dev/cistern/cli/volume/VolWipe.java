package dev.cistern.cli.volume;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Json;
import dev.cistern.cli.operation.Work;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vol-wipe}. */
@Command(
        name = "vol-wipe",
        description = "Overwrites what a volume has, such that nobody reads it again.",
        footer = "%nExample: cistern vol-wipe web1.qcow2 --pool images --algorithm nnsa")
public final class VolWipe extends Work {
    @Mixin private VolumeName volume = new VolumeName();

    @Option(
            names = "--algorithm",
            paramLabel = "ALGORITHM",
            description =
                    "zero, nnsa, dod, bsi, gutmann, schneier, pfitzner7, pfitzner33, random or trim (default: ${DEFAULT-VALUE})")
    private String algorithm = "zero";

    @Override
    protected JsonNode ask(Session session) throws Failure {
        return session.api()
                .post(
                        volume.route(session.api()).then("wipe"),
                        Json.object().put("algorithm", algorithm));
    }

    @Override
    protected String done() {
        return "Vol %s wiped".formatted(volume);
    }
}
