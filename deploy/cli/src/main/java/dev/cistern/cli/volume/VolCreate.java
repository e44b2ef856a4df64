package dev.cistern.cli.volume;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.InputFile;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Route;
import dev.cistern.cli.operation.Work;
import java.net.http.HttpRequest.BodyPublishers;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code vol-create}. */
@Command(
        name = "vol-create",
        description = "Creates a volume by a file with libvirt's XML.",
        footer = {
            "%nExample: cistern vol-create images web1.xml",
            "         virsh vol-dumpxml web1.qcow2 old | cistern vol-create images -"
        })
public final class VolCreate extends Work {
    @Parameters(index = "0", paramLabel = "POOL", description = "name or id of the pool")
    private String pool = "";

    @Parameters(index = "1", paramLabel = "FILE", description = "- for standard input")
    private String file = "";

    private String created = "";

    @Override
    protected JsonNode ask(Session session) throws Failure {
        var answer =
                session.api()
                        .post(
                                Route.of("volumes").with("pool", pool),
                                "application/xml",
                                BodyPublishers.ofByteArray(InputFile.content(session, file)));
        created = answer.path("target").path("name").asText();
        return answer;
    }

    @Override
    protected String done() {
        return "Vol %s created from %s".formatted(created, file);
    }
}
