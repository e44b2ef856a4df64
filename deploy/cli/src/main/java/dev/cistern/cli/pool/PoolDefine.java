package dev.cistern.cli.pool;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Route;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code pool-define}. */
@Command(
        name = "pool-define",
        description = "Defines a pool by a file with libvirt's XML, or with JSON.",
        footer = "%nExample: virsh pool-dumpxml default | cistern pool-define -")
public final class PoolDefine extends Verb {
    @Parameters(paramLabel = "FILE", description = "- for standard input")
    private String file = "";

    @Override
    protected void run(Session session) throws Failure {
        var content = content();
        var start = new String(content, 0, Math.min(content.length, 64), StandardCharsets.UTF_8);
        var type = start.stripLeading().startsWith("{") ? "application/json" : "application/xml";
        var pool =
                session.api()
                        .post(Route.of("pools"), type, BodyPublishers.ofByteArray(content))
                        .json();
        if (session.json()) {
            session.print(pool);
        } else {
            session.say("Pool %s defined from %s".formatted(pool.path("name").asText(), file));
        }
    }

    private byte[] content() throws Failure {
        try {
            return "-".equals(file) ? System.in.readAllBytes() : Files.readAllBytes(Path.of(file));
        } catch (IOException e) {
            throw new Failure.Local("cannot read %s: %s".formatted(file, e.getMessage()));
        }
    }
}
