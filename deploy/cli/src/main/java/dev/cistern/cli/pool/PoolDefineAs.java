package dev.cistern.cli.pool;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Json;
import dev.cistern.cli.http.Route;
import dev.cistern.cli.text.ByteSize;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pool-define-as}, with virsh's positions: name, type, four of a source, target. */
@Command(
        name = "pool-define-as",
        description = "Defines a pool by arguments.",
        footer = "%nExample: cistern pool-define-as images dir --target /var/lib/libvirt/images")
public final class PoolDefineAs extends Verb {
    private static final int SOURCES = 4;

    @Parameters(index = "0", paramLabel = "NAME", description = "name of the pool")
    private String name = "";

    @Parameters(index = "1", paramLabel = "TYPE", description = "dir")
    private String type = "";

    @Parameters(
            index = "2..*",
            arity = "0..5",
            paramLabel = "SOURCE…",
            description =
                    "as in virsh: host, path, device and name of a source, - for none, then the target")
    private List<String> rest = List.of();

    @Option(names = "--target", paramLabel = "PATH", description = "folder of the pool")
    private String target = "";

    @Option(
            names = "--node",
            paramLabel = "NAME",
            description = "worker group that reaches the folder (default: the only one)")
    private String node = "";

    @Option(
            names = "--overcommit",
            paramLabel = "TIMES",
            description = "how often its space may be promised to volumes (default: 10)")
    private String overcommit = "";

    @Option(
            names = "--limit",
            paramLabel = "SIZE",
            description = "what may be promised to volumes, instead")
    private String limit = "";

    @Override
    protected void run(Session session) throws Failure {
        var body = Json.object().put("name", name).put("type", type).put("path", folder());
        if (!node.isEmpty()) {
            body.put("node", node);
        }
        try {
            if (!overcommit.isEmpty()) {
                body.put("overcommit", Double.parseDouble(overcommit));
            }
            if (!limit.isEmpty()) {
                body.put("limit", ByteSize.parse(limit).bytes());
            }
        } catch (IllegalArgumentException e) {
            throw new Failure.Misused(String.valueOf(e.getMessage()));
        }
        var pool = session.api().post(Route.of("pools"), body).json();
        if (session.json()) {
            session.print(pool);
        } else {
            session.say("Pool %s defined".formatted(name));
        }
    }

    private String folder() {
        var given = target.isEmpty() && rest.size() > SOURCES ? rest.get(SOURCES) : target;
        return given.isEmpty() ? "" : Path.of(given).toAbsolutePath().normalize().toString();
    }
}
