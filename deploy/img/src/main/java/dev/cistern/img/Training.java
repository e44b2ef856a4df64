package dev.cistern.img;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * Runs each command once, for a JVM that records what it loads and links, so that it starts quickly
 * with that record (java(1), AOTCacheOutput).
 */
public final class Training {
    private static final List<String> LINES =
            List.of(
                    "create -f raw a.raw 1M",
                    "create -f qcow2 -o cluster_size=64k a.qcow2 1G",
                    "create -f qcow2 -b a.qcow2 -F qcow2 b.qcow2",
                    "info a.raw",
                    "info --backing-chain b.qcow2",
                    "info --output=json b.qcow2",
                    "snapshot -c s a.qcow2",
                    "snapshot -l a.qcow2",
                    "snapshot -a s a.qcow2",
                    "snapshot -d s a.qcow2",
                    "check a.qcow2",
                    "check --output=json -r all a.qcow2",
                    "map b.qcow2",
                    "map --output=json b.qcow2",
                    "rebase -u -b a.qcow2 -F qcow2 b.qcow2",
                    "rebase -b a.raw -F raw b.qcow2",
                    "commit b.qcow2",
                    "resize a.qcow2 +1G",
                    "info missing",
                    "info --wrong a.qcow2",
                    "create -f qcow2 a.qcow2 1x");

    private Training() {}

    /** Runs them in an empty folder, whose path is the only argument. */
    public static void main(String... words) {
        var nowhere =
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        var console = new Console(Path.of(words[0]), System.in, nowhere, nowhere);
        for (var line : LINES) {
            QemuImg.run(console, List.of(line.split(" ", -1)));
        }
        System.out.println("trained");
    }
}
