package dev.cistern.cli.volume;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Json;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vol-secret}. */
@Command(
        name = "vol-secret",
        description = {
            "Says which secret opens an encrypted volume: the file with its passphrase in the workers' folder of secrets.",
            "Without one, shows which that is."
        },
        footer = "%nExample: cistern vol-secret legacy.qcow2 db --pool images")
public final class VolSecret extends Verb {
    @Mixin private VolumeArgument volume = new VolumeArgument();

    @Parameters(index = "1", arity = "0..1", paramLabel = "SECRET", description = "its name")
    private @Nullable String secret;

    @Option(names = "--none", description = "none is known any more")
    private boolean none;

    @Override
    protected void run(Session session) throws Failure {
        if (none && secret != null) {
            throw misuse("'%s' is the secret, or there is none: not both".formatted(secret));
        }
        var route = volume.route(session.api());
        var found =
                secret == null && !none
                        ? session.api().get(route)
                        : session.api().patch(route, patch());
        var known = found.path("encryption").path("secret").asText("");
        session.answer(
                found,
                found.has("encryption")
                        ? "Vol %s: %s".formatted(volume, known.isEmpty() ? "-" : known)
                        : "Vol %s is not encrypted".formatted(volume));
    }

    private JsonNode patch() {
        var patch = Json.object();
        var _ = patch.putObject("encryption").put("secret", secret);
        return patch;
    }
}
