package dev.cistern.cli.pool;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.command.Words;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.text.Fields;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pool-info}. */
@Command(
        name = "pool-info",
        description = "Shows a pool.",
        footer = "%nExample: cistern pool-info images --bytes")
public final class PoolInfo extends Verb {
    /** In other states nobody knows the figures. */
    private static final Set<String> MEASURED = Set.of("running", "degraded");

    @Mixin private PoolName pool = new PoolName();

    @Option(names = "--bytes", description = "sizes in bytes")
    private boolean bytes;

    @Override
    protected void run(Session session) throws Failure {
        var found = session.api().get(pool.route());
        if (session.json()) {
            session.print(found);
        } else {
            fields(found).print(session.out());
        }
    }

    private Fields fields(JsonNode found) {
        var fields =
                new Fields()
                        .add("Name", found.path("name").asText())
                        .add("UUID", found.path("id").asText())
                        .add("State", found.path("state").asText())
                        .add("Persistent", Words.yesNo(found.path("persistent")))
                        .add("Autostart", Words.yesNo(found.path("autostart")));
        if (MEASURED.contains(found.path("state").asText())) {
            fields.add("Capacity", size(found.path("capacity")))
                    .add("Allocation", size(found.path("allocation")))
                    .add("Available", size(found.path("available")));
        }
        return fields.add("Type", found.path("type").asText())
                .add("Path", found.path("path").asText())
                .addIfPresent("Node", found.path("node").asText(""))
                .addIfPresent("Overcommit", found.path("overcommit").asText(""))
                .addIfPresent("Conditions", Words.list(found.path("conditions")))
                .addIfPresent("Limit", found.hasNonNull("limit") ? size(found.path("limit")) : "");
    }

    private String size(JsonNode value) {
        return bytes ? value.asText() : Words.size(value);
    }
}
