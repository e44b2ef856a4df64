package dev.cistern.flow;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;

/**
 * Ports that nobody listens on. They are below those that systems give to outgoing connections, and
 * those of one JVM apart from those of the next: a program that was killed finds its own again.
 */
final class Ports {
    private static final int FIRST = 10_000;
    private static final int JVMS = 400;
    private static final int EACH = 50;

    private static int next = FIRST + (int) (ProcessHandle.current().pid() % JVMS) * EACH;

    private Ports() {}

    static synchronized int free() throws IOException {
        while (true) {
            var port = next++;
            try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return port;
            } catch (BindException _) {
                // Somebody else's.
            }
        }
    }
}
