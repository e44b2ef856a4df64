package dev.cistern.image.lock;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Names the processes of this host that hold locks on a file. The kernel tells no process id for
 * such locks, but each process's table of descriptors says which of them hold one (proc(5),
 * fdinfo).
 */
final class LockHolders {
    private static final Path PROC = Path.of("/proc");

    private LockHolders() {}

    /** The holders of locks on an inode, in words. */
    static String of(long inode) {
        var holders = new ArrayList<String>();
        var self = ProcessHandle.current().pid();
        for (var process : ProcessHandle.allProcesses().toList()) {
            if (process.pid() != self && holds(process.pid(), inode)) {
                holders.add("process %d (%s)".formatted(process.pid(), command(process.pid())));
            }
        }
        if (!holders.isEmpty()) {
            return String.join(", ", holders);
        }
        return holds(self, inode)
                ? "another user of this process"
                : "a process that cannot be seen from here, on another host perhaps";
    }

    private static boolean holds(long pid, long inode) {
        try (DirectoryStream<Path> entries =
                Files.newDirectoryStream(PROC.resolve(pid + "/fdinfo"))) {
            for (var entry : entries) {
                if (locks(entry).stream().anyMatch(line -> line.contains(":" + inode + " "))) {
                    return true;
                }
            }
            return false;
        } catch (IOException | UncheckedIOException e) {
            return false; // it has ended meanwhile, or is another user's
        }
    }

    /** Lines such as {@code lock: 1: OFDLCK ADVISORY READ -1 fe:00:131 100 101}. */
    private static List<String> locks(Path descriptor) throws IOException {
        try (var lines = Files.lines(descriptor)) {
            return lines.filter(line -> line.startsWith("lock:") && line.contains("OFDLCK"))
                    .filter(line -> !line.endsWith(" 0 EOF"))
                    .toList();
        }
    }

    private static String command(long pid) {
        try {
            return Files.readString(PROC.resolve(pid + "/comm")).strip();
        } catch (IOException e) {
            return "ended meanwhile";
        }
    }
}
