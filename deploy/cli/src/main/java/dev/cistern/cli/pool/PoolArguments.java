package dev.cistern.cli.pool;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cistern.cli.http.Json;
import dev.cistern.cli.text.ByteSize;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A pool by arguments, at virsh's positions: name, type, four of a source, target. */
final class PoolArguments {
    private static final String NONE = "-";

    /** Host, path, device and name. */
    private static final int SOURCES = 4;

    @Parameters(index = "0", paramLabel = "NAME", description = "name of the pool")
    private String name = "";

    @Parameters(index = "1", paramLabel = "TYPE", description = "dir, fs or netfs")
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

    @Mixin private SourceOptions source = new SourceOptions();

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

    @Spec(Spec.Target.MIXEE)
    private CommandSpec verb;

    /** Options are filled in by picocli. */
    @SuppressWarnings("NullAway.Init")
    PoolArguments() {}

    String name() {
        return name;
    }

    /** The definition as the API takes it. */
    ObjectNode body() {
        takeSource(places.subList(0, Math.min(SOURCES, places.size())));
        var body = Json.object().put("name", name).put("type", type).put("path", folder());
        if (!source.json().isEmpty()) {
            body.set("source", source.json());
        }
        if (node != null) {
            body.put("node", node);
        }
        if (overcommit != null) {
            body.put("overcommit", overcommit);
        }
        if (limit != null) {
            body.put("limit", limit.bytes());
        }
        return body;
    }

    private void takeSource(List<String> given) {
        var most = type.equals("dir") ? 0 : SOURCES - 1;
        for (var position = most; position < given.size(); position++) {
            if (!given.get(position).equals(NONE)) {
                throw misuse(
                        "'%s' stands where virsh has the source of a pool, which one of type %s has not: the folder is named with --target; pools of other types than dir, fs and netfs are defined by XML with pool-define"
                                .formatted(given.get(position), type));
            }
        }
        source.positions(given.toArray(String[]::new));
    }

    private String folder() {
        var given = places.size() > SOURCES ? places.get(SOURCES) : target;
        if (given.isEmpty() || given.equals(NONE)) {
            throw misuse("the folder of the pool is missing: name it with --target");
        }
        return absolute(given);
    }

    private ParameterException misuse(String why) {
        return new ParameterException(verb.commandLine(), why);
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
