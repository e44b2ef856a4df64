package dev.cistern.partner;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A libvirtd of the test's own, with a socket that nobody else has; it takes root. */
public final class Libvirtd implements AutoCloseable {
    private final Path folder;
    private final Process daemon;

    private Libvirtd(Path folder, Process daemon) {
        this.folder = folder;
        this.daemon = daemon;
    }

    /** Starts it in a folder. Without it the test fails where judges are required. */
    public static Libvirtd start(Path folder) throws Exception {
        require("libvirtd");
        require("virsh");
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
        var libvirtd = new Libvirtd(folder, daemon);
        Await.until(
                "libvirtd answers; " + folder.resolve("libvirtd.log") + " tells why not",
                () -> libvirtd.run("pool-list").status(),
                status -> status == 0);
        return libvirtd;
    }

    private static void require(String tool) {
        var installed =
                java.util.stream.Stream.of("/usr/sbin", "/usr/bin", "/sbin", "/bin")
                        .anyMatch(place -> Files.isExecutable(Path.of(place, tool)));
        if (!installed && "required".equals(System.getProperty("oracle"))) {
            fail("the judge " + tool + " is not installed");
        }
        if (!installed) {
            abort("the judge " + tool + " is not installed");
        }
    }

    /** What a run of virsh came to. */
    public record Run(int status, String output) {}

    /** Gives virsh commands, with semicolons between them. */
    public Run run(String commands) throws IOException, InterruptedException {
        var process =
                new ProcessBuilder(
                                "virsh",
                                "-q",
                                "-c",
                                "storage:///system?socket=" + folder.resolve("libvirt-sock"),
                                commands)
                        .redirectErrorStream(true)
                        .start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), output);
    }

    @Override
    public void close() {
        daemon.destroy();
        daemon.onExit().completeOnTimeout(daemon, 10, TimeUnit.SECONDS).join().destroyForcibly();
    }
}
