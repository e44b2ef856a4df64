package dev.cistern.cli.volume;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Json;
import dev.cistern.cli.operation.Work;
import dev.cistern.cli.text.ByteSize;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vol-clone}. */
@Command(
        name = "vol-clone",
        description = {
            "Makes a volume that reads as another one: by reflink where the file system can, else by a copy.",
            "With --pool, or by its path, a file in the pool's folder that is no volume can be cloned too."
        },
        footer = {
            "%nExample: cistern vol-clone base.qcow2 web2.qcow2 --pool images --linked",
            "         cistern vol-clone base.qcow2 web2.vmdk --pool images --format vmdk",
            "         cistern vol-clone web1.qcow2 web2.qcow2 --snapshot before-upgrade",
            "         cistern vol-clone /var/lib/images/template.qcow2 web2.qcow2"
        })
public final class VolClone extends Work {
    @Mixin private VolumeArgument volume = new VolumeArgument();

    @Parameters(index = "1", paramLabel = "NEWNAME", description = "file name of the new volume")
    private String name = "";

    @Option(
            names = "--to-pool",
            paramLabel = "POOL",
            description = "pool of the new volume (default: that of the other)")
    private @Nullable String target;

    @Option(
            names = "--snapshot",
            paramLabel = "SNAPSHOT",
            description = "what the other volume was in this snapshot of it, by name or id")
    private @Nullable String snapshot;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "raw, qcow2 or vmdk (default: that of the other)")
    private @Nullable String format;

    @Option(
            names = "--capacity",
            paramLabel = "SIZE",
            description = "what a guest sees, at least as much as of the other")
    private @Nullable ByteSize capacity;

    @Mixin private ImageFlags image = new ImageFlags();

    @ArgGroup private Strategy strategy = new Strategy();

    /** One at most. */
    static final class Strategy {
        @Option(names = "--reflink", description = "fails where the file system has no reflinks")
        private boolean reflink;

        @Option(
                names = "--linked",
                description =
                        "a qcow2 image over the other one, which must not be written to any more,"
                                + " or over an external snapshot of it")
        private boolean linked;

        @Option(names = "--full", description = "all bytes are copied")
        private boolean full;

        String word() {
            return reflink ? "reflink" : linked ? "linked" : full ? "full" : "best";
        }
    }

    @Override
    protected JsonNode ask(Session session) throws Failure {
        var body = Json.object().put("name", name).put("strategy", strategy.word());
        if (target != null) {
            body.put("pool", target);
        }
        if (snapshot != null) {
            body.put("snapshot", snapshot);
        }
        if (format != null) {
            body.put("format", format);
        }
        if (capacity != null) {
            body.put("capacity", capacity.bytes());
        }
        image.addTo(body);
        return new CloneSource(volume.reference())
                .ask(session.api(), clones -> session.api().post(clones, body));
    }

    @Override
    protected String done() {
        return "Vol %s cloned from %s".formatted(name, volume);
    }
}
