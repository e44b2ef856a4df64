package dev.cistern.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How root starts a program that refuses to run as root.
 *
 * <p>In a new user namespace without a mapping the program sees itself as nobody, while files stay
 * owned by root: no other account is needed and no file changes hands.
 */
final class Unprivileged {
    private static final List<String> NEW_USER_NAMESPACE = List.of("unshare", "--user");

    private Unprivileged() {}

    /** The words to put before a command: none for an ordinary user. */
    static List<String> launcher() throws IOException {
        if ((int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") != 0) {
            return List.of();
        }
        try {
            Processes.run(List.of("unshare", "--user", "true"), Duration.ofSeconds(10));
            return NEW_USER_NAMESPACE;
        } catch (IOException e) {
            throw new StartupException(
                    "PostgreSQL does not run as root, and this system allows no user namespace to run it in: start as an ordinary user",
                    e);
        }
    }
}
