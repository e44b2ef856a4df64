package dev.cistern.cli.pool;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cistern.cli.http.Json;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The source of a pool, as virsh names its parts. */
final class SourceOptions {
    @Option(names = "--source-host", paramLabel = "HOST", description = "server of a netfs pool")
    private String host = "";

    @Option(
            names = "--source-path",
            paramLabel = "PATH",
            description = "folder that the server exports, or volume of GlusterFS")
    private String path = "";

    @Option(names = "--source-dev", paramLabel = "DEVICE", description = "device of an fs pool")
    private String device = "";

    @Option(
            names = "--source-format",
            paramLabel = "FORMAT",
            description = "file system of an fs pool; nfs, glusterfs or cifs of a netfs pool")
    private String format = "";

    @Option(
            names = "--source-protocol-ver",
            paramLabel = "VERSION",
            description = "version of NFS to speak, such as 4.2")
    private String protocol = "";

    @Option(
            names = "--mount-option",
            paramLabel = "OPTION",
            description = "as in mount -o; may be given several times")
    private List<String> mountOptions = new ArrayList<>();

    /** Takes what stands at virsh's positions: host, path, device. */
    void positions(String... places) {
        host = given(places, 0, host);
        path = given(places, 1, path);
        device = given(places, 2, device);
    }

    private static String given(String[] places, int index, String option) {
        return index < places.length && !places[index].equals("-") ? places[index] : option;
    }

    /** The source as the API takes it; empty if none of it is given. */
    ObjectNode json() {
        var source = Json.object();
        put(source, "host", host);
        put(source, "dir", path);
        put(source, "device", device);
        put(source, "format", format);
        put(source, "protocol", protocol);
        if (!mountOptions.isEmpty()) {
            mountOptions.forEach(source.putArray("mountOptions")::add);
        }
        return source;
    }

    private static void put(ObjectNode source, String name, String value) {
        if (!value.isEmpty()) {
            source.put(name, value);
        }
    }
}
