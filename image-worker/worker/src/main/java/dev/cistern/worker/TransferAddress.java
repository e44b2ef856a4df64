package dev.cistern.worker;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Set;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * Where clients reach the HTTP port of this worker: as it is set, or by where Quarkus listens,
 * which is asked when it does.
 */
record TransferAddress(WorkerConfig config) implements Supplier<String> {
    private static final Set<String> EVERYWHERE = Set.of("0.0.0.0", "::");
    private static final String DEFAULT_PORT = "8080";

    @Override
    public String get() {
        return config.transfers().url().map(TransferAddress::trimmed).orElseGet(this::own);
    }

    private static String trimmed(String url) {
        return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    private String own() {
        var host = setting("quarkus.http.host", "0.0.0.0");
        var named = EVERYWHERE.contains(host) ? hostName() : host;
        return "http://%s:%s"
                .formatted(
                        named.contains(":") ? "[" + named + "]" : named,
                        setting("quarkus.http.port", DEFAULT_PORT));
    }

    private static String setting(String name, String otherwise) {
        return ConfigProvider.getConfig().getOptionalValue(name, String.class).orElse(otherwise);
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException _) {
            return "localhost";
        }
    }
}
