package dev.cistern.embedded;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/** What the operating system says of processes, and short programs run to their end. */
final class Processes {
    private Processes() {}

    /**
     * Runs a program to its end with its output in the exception if it fails.
     *
     * @throws IOException if it cannot be started, ends with another code than 0, or takes longer
     *     than allowed
     */
    static void run(List<String> command, Duration limit) throws IOException {
        Path output = Files.createTempFile("cistern-", ".out");
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile())
                            .start();
            process.getOutputStream().close();
            if (!ended(process, limit)) {
                process.destroyForcibly();
                throw new IOException("%s took longer than %s".formatted(command, limit));
            }
            if (process.exitValue() != 0) {
                String words = Files.readString(output, StandardCharsets.UTF_8).strip();
                throw new IOException(
                        "%s failed with %d: %s".formatted(command, process.exitValue(), words));
            }
        } finally {
            Files.deleteIfExists(output);
        }
    }

    /** The exit value of a child is known a moment after its handle says that it has ended. */
    private static boolean ended(Process child, Duration limit) throws InterruptedIOException {
        try {
            return child.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(
                    "interrupted while waiting for process " + child.pid());
        }
    }

    /** True once the process has ended, false if it still runs after the limit. */
    static boolean waitFor(ProcessHandle process, Duration limit) throws InterruptedIOException {
        try {
            process.onExit().get(limit.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(
                    "interrupted while waiting for process " + process.pid());
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Processes whose current folder and program's file name are the given ones; those of other
     * users may be missing.
     */
    static List<ProcessHandle> runningIn(Path folder, String program) throws IOException {
        if (!Files.exists(folder)) {
            return List.of();
        }
        Path real = folder.toRealPath();
        return ProcessHandle.allProcesses()
                .filter(process -> isRunningIn(process.pid(), real, program))
                .toList();
    }

    /**
     * Kills the processes that {@link #runningIn} tells of and waits until there are none; a dead
     * one that nobody reaps does not count.
     *
     * @throws IOException if some are still there after the limit
     */
    static void killAllIn(Path folder, String program, Duration limit) throws IOException {
        long deadline = System.nanoTime() + limit.toNanos();
        for (List<ProcessHandle> left = runningIn(folder, program);
                !left.isEmpty();
                left = runningIn(folder, program)) {
            if (System.nanoTime() > deadline) {
                throw new IOException("Processes %s do not end".formatted(left));
            }
            left.forEach(ProcessHandle::destroyForcibly);
            waitFor(left.getFirst(), Duration.ofMillis(20));
        }
    }

    private static boolean isRunningIn(long pid, Path folder, String program) {
        try {
            Path proc = Path.of("/proc", Long.toString(pid));
            Path executable = Files.readSymbolicLink(proc.resolve("exe")).getFileName();
            return executable != null
                    && executable.toString().matches(Pattern.quote(program) + "( \\(deleted\\))?")
                    && Files.readSymbolicLink(proc.resolve("cwd")).equals(folder);
        } catch (IOException e) {
            return false; // ended meanwhile, a kernel thread, or not ours to look at
        }
    }
}
