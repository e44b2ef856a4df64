package dev.cistern.flow;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** virsh with a libvirtd of the test's own, on a socket that nobody else has. */
final class Virsh implements AutoCloseable {
    private final Path folder;
    private final Process daemon;

    private Virsh(Path folder, Process daemon) {
        this.folder = folder;
        this.daemon = daemon;
    }

    static Virsh start(Path folder) throws Exception {
        Judge.require("libvirtd");
        Judge.require("virsh");
        Files.createDirectories(Path.of("/var/log/libvirt"));
        Files.createDirectories(Path.of("/run/libvirt"));
        var config =
                Files.writeString(
                        folder.resolve("libvirtd.conf"),
                        "unix_sock_dir = \"%s\"%nauth_unix_rw = \"none\"%n".formatted(folder));
        var daemon =
                new ProcessBuilder(
                                "libvirtd",
                                "-f",
                                config.toString(),
                                "-p",
                                folder.resolve("pid").toString())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("libvirtd.log").toFile())
                        .start();
        var virsh = new Virsh(folder, daemon);
        Await.until(
                "libvirtd answers",
                () -> virsh.run(List.of("pool-list")).status(),
                status -> status == 0);
        return virsh;
    }

    Judge.Run run(List<String> verb) throws IOException, InterruptedException {
        var command =
                Stream.concat(
                                Stream.of(
                                        "virsh",
                                        "-q",
                                        "-c",
                                        "storage:///system?socket="
                                                + folder.resolve("libvirt-sock")),
                                verb.stream())
                        .toArray(String[]::new);
        return Judge.run(folder, command);
    }

    @Override
    public void close() {
        daemon.destroy();
        daemon.onExit().completeOnTimeout(daemon, 10, TimeUnit.SECONDS).join().destroyForcibly();
    }
}
