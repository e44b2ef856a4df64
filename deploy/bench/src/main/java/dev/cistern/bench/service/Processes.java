package dev.cistern.bench.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * What the kernel says of processes (proc(5)).
 *
 * @param services each counted without its children
 * @param databases each counted with its children, those that have ended included
 */
record Processes(List<Long> services, List<Long> databases) {
    /** Ticks of the clock that times in /proc are told in; 100 on every Linux that Java runs on. */
    private static final double TICKS_PER_SECOND = 100;

    /** Seconds of processor time, the kernel's for them included. */
    record Cpu(double services, double databases) {
        Cpu since(Cpu earlier) {
            return new Cpu(services - earlier.services, databases - earlier.databases);
        }

        double all() {
            return services + databases;
        }
    }

    Cpu cpu() {
        return new Cpu(
                services.stream().mapToLong(pid -> ticks(pid, 2)).sum() / TICKS_PER_SECOND,
                families().mapToLong(pid -> ticks(pid, 4)).sum() / TICKS_PER_SECOND);
    }

    /** Bytes of memory that the services have in use. */
    long serviceMemory() {
        return sum(services, pid -> field(pid, "Rss:"));
    }

    /**
     * Bytes of memory that the databases have in use, what several processes share counted once.
     */
    long databaseMemory() {
        return sum(families().toList(), pid -> field(pid, "Pss:"));
    }

    private static long sum(Collection<Long> pids, ToLongFunction<Long> value) {
        return pids.stream().mapToLong(value).sum();
    }

    private Stream<Long> families() {
        return databases.stream()
                .flatMap(pid -> ProcessHandle.of(pid).stream())
                .flatMap(process -> Stream.concat(Stream.of(process), process.descendants()))
                .map(ProcessHandle::pid)
                .distinct();
    }

    /** utime and stime; and of children that have ended, cutime and cstime. */
    private static long ticks(long pid, int count) {
        var stat = read(pid, "stat");
        var fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
        var ticks = 0L;
        // utime is field 14; the first after the name is field 3.
        for (var field = 11; field < 11 + count && field < fields.length; field++) {
            ticks += Long.parseLong(fields[field]);
        }
        return ticks;
    }

    private static long field(long pid, String name) {
        return read(pid, "smaps_rollup")
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")) << 10)
                .sum();
    }

    private static String read(long pid, String file) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), file));
        } catch (IOException _) {
            return "";
        }
    }
}
