package dev.cistern.cli.pool;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Json;
import dev.cistern.cli.http.Route;
import dev.cistern.cli.text.ByteSize;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pool-define-as}, with virsh's positions: name, type, four of a source, target. */
@Command(
        name = "pool-define-as",
        description = "Defines a pool by arguments.",
        footer = {
            "%nExample: cistern pool-define-as images dir --target /var/lib/libvirt/images",
            "         cistern pool-define-as images dir - - - - /var/lib/libvirt/images"
        })
public final class PoolDefineAs extends Verb {
    private static final String NONE = "-";

    /** Host, path, device and name. */
    private static final int SOURCES = 4;

    @Parameters(index = "0", paramLabel = "NAME", description = "name of the pool")
    private String name = "";

    @Parameters(index = "1", paramLabel = "TYPE", description = "dir")
    private String type = "";

    @Parameters(
            index = "2..6",
            arity = "0..5",
            paramLabel = "[SOURCE… TARGET]",
            hideParamSyntax = true,
            description =
                    "as in virsh: host, path, device and name of the source, - for none (a dir pool has"
                            + " none of them), then the target")
    private List<String> places = List.of();

    @Option(
            names = "--target",
            paramLabel = "PATH",
            description = "folder of the pool, on the machine of its worker")
    private String target = "";

    @Option(
            names = "--node",
            paramLabel = "NAME",
            description = "worker group that reaches the folder (default: the only one)")
    private @Nullable String node;

    @Option(
            names = "--overcommit",
            paramLabel = "TIMES",
            description = "how often its space may be promised to volumes (default: 10)")
    private @Nullable Double overcommit;

    @Option(
            names = "--limit",
            paramLabel = "SIZE",
            description = "what may be promised to volumes, instead: such as 500G")
    private @Nullable ByteSize limit;

    @Override
    protected void run(Session session) throws Failure {
        var body = Json.object().put("name", name).put("type", type).put("path", folder());
        if (node != null) {
            body.put("node", node);
        }
        if (overcommit != null) {
            body.put("overcommit", overcommit);
        }
        if (limit != null) {
            body.put("limit", limit.bytes());
        }
        session.answer(
                session.api().post(Route.of("pools"), body), "Pool %s defined".formatted(name));
    }

    private String folder() {
        for (var source : places.subList(0, Math.min(SOURCES, places.size()))) {
            if (!source.equals(NONE)) {
                throw misuse(
                        "'%s' stands where virsh has the source of a pool: a dir pool has none, its folder is named with --target; pools of other types are defined by XML with pool-define"
                                .formatted(source));
            }
        }
        var given = places.size() > SOURCES ? places.get(SOURCES) : target;
        if (given.isEmpty() || given.equals(NONE)) {
            throw misuse("the folder of the pool is missing: name it with --target");
        }
        return absolute(given);
    }

    /** A relative name counts from here; an absolute one is left as it is. */
    private String absolute(String path) {
        try {
            return Path.of(path).isAbsolute()
                    ? path
                    : Path.of(path).toAbsolutePath().normalize().toString();
        } catch (InvalidPathException e) {
            throw misuse("'%s' cannot be a folder: %s".formatted(path, e.getReason()));
        }
    }
}
