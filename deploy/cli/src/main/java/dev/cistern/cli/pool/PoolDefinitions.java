package dev.cistern.cli.pool;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.InputFile;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Route;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;

/** Definitions of pools in files: libvirt's XML, or JSON. */
final class PoolDefinitions {
    /** Enough to see whether it is JSON. */
    private static final int START = 256;

    private PoolDefinitions() {}

    /** Defines the pool that a file describes, - for standard input; the answer is the pool. */
    static JsonNode define(Session session, String file) throws Failure {
        return define(session, InputFile.content(session, file));
    }

    static JsonNode define(Session session, byte[] content) throws Failure {
        return session.api()
                .post(
                        Route.of("pools"),
                        isJson(content) ? "application/json" : "application/xml",
                        BodyPublishers.ofByteArray(content));
    }

    private static boolean isJson(byte[] content) {
        var start = new String(content, 0, Math.min(content.length, START), StandardCharsets.UTF_8);
        return start.replace("\ufeff", "").stripLeading().startsWith("{");
    }
}
