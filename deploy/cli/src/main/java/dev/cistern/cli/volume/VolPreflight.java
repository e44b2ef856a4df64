package dev.cistern.cli.volume;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.command.Words;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Json;
import dev.cistern.cli.text.ByteSize;
import dev.cistern.cli.text.Fields;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vol-preflight}. */
@Command(
        name = "vol-preflight",
        description = {
            "Tells what a request would come to: whether it would be refused and why, what it would"
                    + " wait for, whether there is room. Nothing is changed."
        },
        footer = "%nExample: cistern vol-preflight web1.qcow2 resize --capacity 20G --pool images")
public final class VolPreflight extends Verb {
    @Mixin private VolumeArgument volume = new VolumeArgument();

    @Parameters(
            index = "1",
            paramLabel = "VERB",
            description =
                    "clone, convert, move, rename, flatten, commit, compact, wipe, resize or delete")
    private String verb = "";

    @Option(
            names = "--to-pool",
            paramLabel = "POOL",
            description = "where a clone or the volume would go")
    private @Nullable String pool;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "that a clone or the volume would have")
    private @Nullable String name;

    @Option(
            names = "--strategy",
            paramLabel = "WAY",
            description = "of a clone: best, reflink, linked or full")
    private @Nullable String strategy;

    @Option(
            names = "--capacity",
            paramLabel = "SIZE",
            description =
                    "that a clone or the volume would have: bytes, or with a unit such as 20GiB")
    private @Nullable ByteSize capacity;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "that a clone or the volume would have")
    private @Nullable String format;

    @Option(
            names = "--snapshot",
            paramLabel = "SNAPSHOT",
            description = "that would be cloned or deleted, by name or id")
    private @Nullable String snapshot;

    @Option(names = "--shrink", description = "it may become smaller")
    private boolean shrink;

    @Override
    protected void run(Session session) throws Failure {
        var body = Json.object().put("verb", verb);
        if (pool != null) {
            body.put("pool", pool);
        }
        if (name != null) {
            body.put("name", name);
        }
        if (strategy != null) {
            body.put("strategy", strategy);
        }
        if (capacity != null) {
            body.put("capacity", capacity.bytes()).put("shrink", shrink);
        }
        if (format != null) {
            body.put("format", format);
        }
        if (snapshot != null) {
            body.put("snapshot", snapshot);
        }
        var report = session.api().post(volume.route(session.api()).then("preflight"), body);
        if (session.json()) {
            session.print(report);
        } else {
            fields(report).print(session.out());
        }
    }

    private static Fields fields(JsonNode report) {
        return new Fields()
                .add("Accepted", Words.yesNo(report.path("accepted")))
                .addIfPresent("Refused", report.path("problem").path("detail").asText(""))
                .add("Waits", Words.yesNo(report.path("waits")))
                .addIfPresent("Behind", Words.list(report.path("operations")))
                .addIfPresent("Children", Words.list(report.path("children")))
                .add("Pool", report.path("pool").asText())
                .add("Promised", Words.size(report.path("promised")))
                .add("Allowed", Words.size(report.path("allowed")))
                .add("Available", Words.size(report.path("available")));
    }
}
