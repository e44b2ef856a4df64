package dev.cistern.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** TCP ports of the loopback address, the only one that embedded servers listen on. */
public final class Ports {
    static final String HOST = "127.0.0.1";

    private Ports() {}

    /** A port that was free a moment ago; another process may take it before it is used. */
    public static int free() throws IOException {
        try (ServerSocket socket = bind(0)) {
            return socket.getLocalPort();
        }
    }

    /**
     * The port itself, or a free one for 0.
     *
     * @throws StartupException if another process listens on it; the message names the server that
     *     wanted it
     */
    public static int require(int port, String server) throws IOException {
        if (port == 0) {
            return free();
        }
        try (ServerSocket socket = bind(port)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new StartupException(
                    "Port %d on %s, wanted for %s, cannot be used: %s"
                            .formatted(port, HOST, server, e.getMessage()),
                    e);
        }
    }

    private static ServerSocket bind(int port) throws IOException {
        ServerSocket socket = new ServerSocket();
        try {
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral(HOST), port));
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }
}
