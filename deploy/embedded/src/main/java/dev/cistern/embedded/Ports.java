package dev.cistern.embedded;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;

/** TCP ports of the loopback address, the only one that embedded servers listen on. */
public final class Ports {
    static final String HOST = "127.0.0.1";

    private Ports() {}

    /** A port that was free a moment ago; another process may take it before it is used. */
    public static int free() throws IOException {
        try (ServerSocket socket = bind(HOST, 0)) {
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
        return requireOn(HOST, port, server);
    }

    /**
     * As {@link #require}, on another address than the loopback one.
     *
     * @param host name or address of this machine
     */
    public static int requireOn(String host, int port, String server) throws IOException {
        try (ServerSocket socket = bind(host, port)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new StartupException(
                    "Port %d on %s, wanted for %s, cannot be used (%s): choose another one"
                            .formatted(port, host, server, reason(e)),
                    e);
        }
    }

    private static ServerSocket bind(String host, int port) throws IOException {
        InetAddress address = InetAddress.getAllByName(host)[0];
        ServerSocket socket = new ServerSocket();
        try {
            socket.bind(new InetSocketAddress(address, port));
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static String reason(IOException e) {
        String message = String.valueOf(e.getMessage());
        return switch (e) {
            case UnknownHostException _ -> "no such host";
            case BindException _ when message.startsWith("Address already in use") ->
                    "another program listens on it";
            default -> message;
        };
    }
}
