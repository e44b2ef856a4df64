package dev.cistern.cli.volume;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.InputFile;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.operation.Work;
import java.net.http.HttpRequest.BodyPublishers;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vol-create-from}. */
@Command(
        name = "vol-create-from",
        description = "Creates a volume by a file with libvirt's XML, with the content of another.",
        footer = "%nExample: cistern vol-create-from images web2.xml web1.qcow2 --inputpool images")
public final class VolCreateFrom extends Work {
    @Parameters(index = "0", paramLabel = "POOL", description = "name or id of the pool")
    private String pool = "";

    @Parameters(index = "1", paramLabel = "FILE", description = "- for standard input")
    private String file = "";

    @Parameters(
            index = "2",
            paramLabel = "VOL",
            description =
                    "name of the other volume, its id, its path, or POOL:NAME; or of a file that is none yet")
    private String source = "";

    @Option(
            names = "--inputpool",
            paramLabel = "POOL",
            description = "its pool, if volumes of other pools have the name too")
    private @Nullable String sourcePool;

    @Option(names = "--reflink", description = "fails where the file system has no reflinks")
    private boolean reflink;

    private String created = "";

    @Override
    protected JsonNode ask(Session session) throws Failure {
        var from = new CloneSource(new VolumeReference(source, sourcePool, "--inputpool"));
        var xml = InputFile.content(session, file);
        var answer =
                from.ask(
                        session.api(),
                        clones ->
                                session.api()
                                        .post(
                                                clones.with("pool", pool)
                                                        .with("strategy", strategy()),
                                                "application/xml",
                                                BodyPublishers.ofByteArray(xml)));
        created = answer.path("target").path("name").asText();
        return answer;
    }

    private @Nullable String strategy() {
        return reflink ? "reflink" : null;
    }

    @Override
    protected String done() {
        return "Vol %s created from input vol %s".formatted(created, source);
    }
}
