package dev.cistern.standalone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** The physical memory that everything together takes, by what Linux tells in {@code /proc}. */
final class Memory {
    private static final int KIB_PER_MIB = 1024;

    private Memory() {}

    /** One line for people, or an empty one where the system does not tell. */
    static String line() {
        OptionalLong jvm = kibibytes(Path.of("/proc/self/status"), "VmRSS:");
        if (jvm.isEmpty()) {
            return "";
        }
        long postgres =
                ProcessHandle.current().descendants().mapToLong(Memory::shareOf).sum()
                        / KIB_PER_MIB;
        long rest = jvm.getAsLong() / KIB_PER_MIB;
        return "Memory in use: %d MiB (services and Kafka %d, PostgreSQL %d)"
                .formatted(rest + postgres, rest, postgres);
    }

    /** Memory that several processes share counts once: each has its part of it. */
    private static long shareOf(ProcessHandle process) {
        return kibibytes(Path.of("/proc/" + process.pid() + "/smaps_rollup"), "Pss:").orElse(0);
    }

    private static OptionalLong kibibytes(Path file, String name) {
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith(name))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .findFirst();
        } catch (IOException _) {
            return OptionalLong.empty(); // it has ended, or there is no such file on this system
        }
    }
}
