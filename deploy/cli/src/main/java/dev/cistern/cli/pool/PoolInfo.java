package dev.cistern.cli.pool;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.command.Words;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.text.Fields;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pool-info}. */
@Command(
        name = "pool-info",
        description = "Shows a pool.",
        footer = "%nExample: cistern pool-info images --bytes")
public final class PoolInfo extends Verb {
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
        return new Fields()
                .add("Name", found.path("name").asText())
                .add("UUID", found.path("id").asText())
                .add("State", found.path("state").asText())
                .add("Persistent", Words.yesNo(found.path("persistent")))
                .add("Autostart", Words.yesNo(found.path("autostart")))
                .add("Capacity", size(found.path("capacity")))
                .add("Allocation", size(found.path("allocation")))
                .add("Available", size(found.path("available")))
                .add("Type", found.path("type").asText())
                .add("Path", found.path("path").asText())
                .addIfPresent("Node", found.path("node").asText(""))
                .addIfPresent("Overcommit", found.path("overcommit").asText(""))
                .addIfPresent("Limit", found.hasNonNull("limit") ? size(found.path("limit")) : "");
    }

    private String size(JsonNode value) {
        return bytes ? value.asText() : Words.size(value);
    }
}
