package dev.cistern.cli.pool;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Route;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
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
    private static final String STANDARD_INPUT = "-";

    /** Enough to see whether it is JSON. */
    private static final int START = 256;

    @Parameters(paramLabel = "FILE", description = "- for standard input")
    private String file = "";

    @Override
    protected void run(Session session) throws Failure {
        var content = content(session.surroundings().in());
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

    private byte[] content(InputStream in) throws Failure {
        try {
            return file.equals(STANDARD_INPUT)
                    ? in.readAllBytes()
                    : Files.readAllBytes(Path.of(file));
        } catch (NoSuchFileException _) {
            throw new Failure.Local("there is no file '%s'".formatted(file));
        } catch (AccessDeniedException _) {
            throw new Failure.Local("the file '%s' may not be read".formatted(file));
        } catch (IOException | InvalidPathException e) {
            throw new Failure.Local("cannot read '%s': %s".formatted(file, e.getMessage()));
        }
    }
}
