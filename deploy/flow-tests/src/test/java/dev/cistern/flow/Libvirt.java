package dev.cistern.flow;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** libvirt's own view of a folder, through a libvirtd of the test's. */
final class Libvirt {
    private static final Path SOCKET = Path.of("/run/libvirt/libvirt-sock");

    /** A folder is a volume of type dir to libvirt, so only files are compared. */
    private static final Pattern ROW =
            Pattern.compile("^ (\\S+) +/\\S+ +file .*$", Pattern.MULTILINE);

    private static final Pattern CAPACITY =
            Pattern.compile("<capacity unit='bytes'>(\\d+)</capacity>");

    private Libvirt() {}

    /** Names and capacities of the files that a libvirt pool on the folder lists. */
    static Map<String, Long> volumes(Path folder) throws Exception {
        Judge.require("libvirtd");
        Judge.require("virsh");
        var daemon = Files.exists(SOCKET) ? null : startDaemon();
        try {
            Await.until(
                    "libvirt answers",
                    () -> Judge.run(folder, "virsh", "pool-list").status(),
                    status -> status == 0);
            return list(folder);
        } finally {
            if (daemon != null) {
                daemon.destroy();
                daemon.waitFor();
            }
        }
    }

    private static Process startDaemon() throws IOException {
        Files.createDirectories(Path.of("/var/log/libvirt"));
        Files.createDirectories(Path.of("/run/libvirt"));
        return new ProcessBuilder("libvirtd")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static Map<String, Long> list(Path folder) throws Exception {
        var pool = "cistern-flow-test";
        Judge.output(folder, "virsh", "pool-create-as", pool, "dir", "--target", folder.toString());
        try {
            var capacities = new HashMap<String, Long>();
            var rows = ROW.matcher(Judge.output(folder, "virsh", "vol-list", "--details", pool));
            while (rows.find()) {
                var xml =
                        Judge.output(folder, "virsh", "vol-dumpxml", rows.group(1), "--pool", pool);
                var capacity = CAPACITY.matcher(xml);
                if (!capacity.find()) {
                    throw new AssertionError("no capacity in " + xml);
                }
                capacities.put(rows.group(1), Long.parseLong(capacity.group(1)));
            }
            return capacities;
        } finally {
            Judge.output(folder, "virsh", "pool-destroy", pool);
        }
    }
}
