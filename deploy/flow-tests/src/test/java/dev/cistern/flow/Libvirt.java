package dev.cistern.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.partner.Libvirtd;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** libvirt's own view of a folder. */
final class Libvirt {
    private static final String POOL = "cistern-flow-test";

    /** A folder is a volume of type dir to libvirt, so only files are compared. */
    private static final Pattern ROW =
            Pattern.compile("^ (\\S+) +/\\S+ +file .*$", Pattern.MULTILINE);

    private static final Pattern CAPACITY =
            Pattern.compile("<capacity unit='bytes'>(\\d+)</capacity>");

    private Libvirt() {}

    /**
     * Names and capacities of the files that a libvirt pool on the folder lists.
     *
     * @param scratch an empty folder for libvirt's own
     */
    static Map<String, Long> volumes(Path scratch, Path folder) throws Exception {
        try (var libvirtd = Libvirtd.start(scratch)) {
            output(libvirtd, "pool-create-as", POOL, "dir", "--target", folder.toString());
            var capacities = new HashMap<String, Long>();
            var rows = ROW.matcher(output(libvirtd, "vol-list", "--details", POOL));
            while (rows.find()) {
                var xml = output(libvirtd, "vol-dumpxml", rows.group(1), "--pool", POOL);
                var capacity = CAPACITY.matcher(xml);
                if (!capacity.find()) {
                    throw new AssertionError("no capacity in " + xml);
                }
                capacities.put(rows.group(1), Long.parseLong(capacity.group(1)));
            }
            return capacities;
        }
    }

    private static String output(Libvirtd libvirtd, String... words) throws Exception {
        var run = libvirtd.run(words);
        assertThat(run.status()).as("virsh %s: %s", List.of(words), run.output()).isZero();
        return run.output();
    }
}
