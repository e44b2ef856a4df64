package dev.cistern.worker.mount;

import dev.cistern.common.message.Formatting;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Makes file systems on devices, with the system's mkfs. */
public final class FileSystems {
    private static final Duration LOOK = Duration.ofSeconds(60);
    private static final Duration MAKE = Duration.ofMinutes(30);

    /** What blkid(8) answers for a device on which it knows nothing. */
    private static final int NOTHING = 2;

    private FileSystems() {}

    /**
     * Makes a file system whose UUID, where mkfs takes one, is the operation's: so a second copy of
     * the command finds it made.
     *
     * @throws ProblemException if the device is not there, is in use, or has something on it that
     *     is not to be overwritten
     */
    public static void make(Formatting wanted, UUID operation) throws IOException {
        var device = Path.of(wanted.device());
        if (!Files.exists(device)) {
            throw new ProblemException(
                    ProblemCode.POOL_INACCESSIBLE,
                    "there is no device %s on the worker's machine".formatted(device));
        }
        if (tag("UUID", device).equals(operation.toString())) {
            return;
        }
        if (!wanted.overwrite()) {
            requireBlank(device);
        }
        var outcome = SystemProgram.run(MAKE, command(wanted, operation));
        if (!outcome.succeeded()) {
            throw new ProblemException(
                    ProblemCode.IO_ERROR,
                    "mkfs on %s failed with status %d: %s"
                            .formatted(device, outcome.status(), outcome.said()));
        }
    }

    private static void requireBlank(Path device) throws IOException {
        var found = probe(device, List.of());
        if (found.status() == NOTHING) {
            return;
        }
        throw new ProblemException(
                ProblemCode.POOL_NOT_EMPTY,
                "the device %s has something on it (%s): build with overwrite (--overwrite) to lose it, or with neither to use it as it is"
                        .formatted(device, found.said()));
    }

    private static String tag(String name, Path device) throws IOException {
        return probe(device, List.of("-o", "value", "-s", name)).said();
    }

    /** Looks at the device itself, past what blkid remembers. */
    private static SystemProgram.Outcome probe(Path device, List<String> options)
            throws IOException {
        var command = new ArrayList<>(List.of("blkid", "-p"));
        command.addAll(options);
        command.add("--");
        command.add(device.toString());
        return SystemProgram.run(LOOK, command);
    }

    static List<String> command(Formatting wanted, UUID operation) {
        var command = new ArrayList<>(List.of("mkfs", "-t", wanted.type()));
        command.addAll(
                switch (wanted.type()) {
                    case "ext2", "ext3", "ext4" -> List.of("-F", "-q", "-U", operation.toString());
                    case "xfs" -> List.of("-f", "-q", "-m", "uuid=" + operation);
                    case "btrfs" -> List.of("-f", "-q", "-U", operation.toString());
                    case "vfat" -> List.of("-I");
                    default -> List.<String>of();
                });
        command.add(wanted.device());
        return command;
    }
}
