package dev.cistern.cli.pool;

import dev.cistern.cli.command.InputFile;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Route;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code pool-define}. */
@Command(
        name = "pool-define",
        description = "Defines a pool by a file with libvirt's XML, or with JSON.",
        footer = {
            "%nExample: cistern pool-define /etc/libvirt/storage/default.xml",
            "         virsh pool-dumpxml default | cistern pool-define -"
        })
public final class PoolDefine extends Verb {
    /** Enough to see whether it is JSON. */
    private static final int START = 256;

    @Parameters(paramLabel = "FILE", description = "- for standard input")
    private String file = "";

    @Override
    protected void run(Session session) throws Failure {
        var content = InputFile.content(session, file);
        var pool =
                session.api()
                        .post(
                                Route.of("pools"),
                                isJson(content) ? "application/json" : "application/xml",
                                BodyPublishers.ofByteArray(content));
        session.answer(pool, "Pool %s defined from %s".formatted(pool.path("name").asText(), file));
    }

    private static boolean isJson(byte[] content) {
        var start = new String(content, 0, Math.min(content.length, START), StandardCharsets.UTF_8);
        return start.replace("\ufeff", "").stripLeading().startsWith("{");
    }
}
