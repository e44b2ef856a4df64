package dev.cistern.partner;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A libvirtd of the test's own, with a socket, a state and definitions that nobody else has; it
 * takes root.
 */
public final class Libvirtd implements AutoCloseable {
    /** Two that share them do not start beside each other. */
    private static final String STATE =
            "/run/libvirt /var/lib/libvirt /var/log/libvirt /etc/libvirt/storage";

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
        require("unshare");
        Files.writeString(
                folder.resolve("libvirtd.conf"),
                "unix_sock_dir = \"%s\"%nauth_unix_rw = \"none\"%n".formatted(folder));
        var daemon =
                new ProcessBuilder("unshare", "--mount", "sh", "-ec", script(), folder.toString())
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

    /** It becomes the daemon, which therefore ends with the process. */
    private static String script() {
        return """
        for folder in %s; do
          mkdir -p $folder
          mount -t tmpfs tmpfs $folder
        done
        exec libvirtd -f "$0/libvirtd.conf" -p "$0/pid"
        """
                .formatted(STATE);
    }

    private static void require(String tool) {
        var installed =
                Stream.of("/usr/sbin", "/usr/bin", "/sbin", "/bin")
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

    /** Gives virsh a command word by word, or as one text several with semicolons between them. */
    public Run run(String... words) throws IOException, InterruptedException {
        var socket = folder.resolve("libvirt-sock");
        var command =
                Stream.concat(
                                Stream.of(
                                        "virsh", "-q", "-c", "storage:///system?socket=" + socket),
                                Stream.of(words))
                        .toList();
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), output);
    }

    @Override
    public void close() {
        daemon.destroy();
        daemon.onExit().completeOnTimeout(daemon, 10, TimeUnit.SECONDS).join().destroyForcibly();
    }
}
