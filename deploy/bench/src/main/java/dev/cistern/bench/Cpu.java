package dev.cistern.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** Processor time, of this process and of those that it has waited for. */
public final class Cpu {
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    /** USER_HZ, which Linux shows to programs; the same on all that run Java. */
    private static final double TICKS_PER_SECOND = 100;

    /** Places of cutime and cstime in proc(5)'s stat, counted from behind the name. */
    private static final int CHILDREN_USER = 13;

    private Cpu() {}

    /** Seconds that this process has used. */
    public static double own() {
        return SYSTEM.getProcessCpuTime() / 1e9;
    }

    /** Seconds that ended children, and theirs, have used; in steps of 10 ms. */
    public static double children() throws IOException {
        var stat = Files.readString(Path.of("/proc/self/stat"));
        var words = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(words[CHILDREN_USER]) + Long.parseLong(words[CHILDREN_USER + 1]))
                / TICKS_PER_SECOND;
    }
}
