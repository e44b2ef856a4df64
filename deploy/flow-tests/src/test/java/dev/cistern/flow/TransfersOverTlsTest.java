package dev.cistern.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Map;
import java.util.Random;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker whose data port has Quarkus' TLS, as docs/limits.md says. */
final class TransfersOverTlsTest {
    private static final String PASSWORD = "changeit";

    @TempDir static Path data;
    @TempDir static Path folders;
    private static SSLContext usual;
    private static OneProcess cistern;
    private static Path pool;

    @BeforeAll
    static void start() throws Exception {
        usual = SSLContext.getDefault();
        var port = Integer.toString(Ports.free());
        cistern =
                OneProcess.on(
                        data,
                        Map.of(
                                "QUARKUS_HTTP_SSL_CERTIFICATE_KEY_STORE_FILE",
                                certificate().toString(),
                                "QUARKUS_HTTP_SSL_CERTIFICATE_KEY_STORE_PASSWORD",
                                PASSWORD,
                                "QUARKUS_HTTP_SSL_PORT",
                                port,
                                "CISTERN_WORKER_TRANSFERS_URL",
                                "https://localhost:" + port));
        pool = Files.createDirectory(folders.resolve("pool"));
        cistern.startedPool("pool", pool, Map.of());
        cistern.api()
                .success(
                        "volumes",
                        cistern.api()
                                .post(
                                        "/v1/volumes",
                                        Map.of(
                                                "pool",
                                                "pool",
                                                "name",
                                                "disk",
                                                "format",
                                                "raw",
                                                "capacity",
                                                1 << 20)));
    }

    @AfterAll
    static void stop() throws Exception {
        SSLContext.setDefault(usual);
        cistern.close();
    }

    /** One that nobody has signed but itself. */
    private static Path certificate() throws Exception {
        var store = folders.resolve("keys.p12");
        var keytool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                "worker",
                                "-keyalg",
                                "EC",
                                "-dname",
                                "CN=localhost",
                                "-ext",
                                "SAN=dns:localhost",
                                "-storetype",
                                "PKCS12",
                                "-keystore",
                                store.toString(),
                                "-storepass",
                                PASSWORD)
                        .redirectErrorStream(true)
                        .start();
        var output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(keytool.waitFor()).as(output).isZero();
        return store;
    }

    private static SSLContext trusting(Path store) throws Exception {
        var keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
        var trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("worker", keys.getCertificate("worker"));
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        var context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    private static Judge.Run client(String... words) {
        return Client.run(cistern.address(), words);
    }

    @Test
    void contentGoesBothWays() throws Exception {
        SSLContext.setDefault(trusting(folders.resolve("keys.p12")));
        var content = new byte[1 << 20];
        new Random(5).nextBytes(content);
        var file = Files.write(folders.resolve("new.raw"), content);

        var up = client("vol-upload", "disk", file.toString(), "--pool", "pool");
        var down = client("vol-download", "disk", folders + "/again.raw", "--pool", "pool");

        assertThat(up.status()).as(up.output()).isZero();
        assertThat(down.status()).as(down.output()).isZero();
        assertThat(pool.resolve("disk")).hasBinaryContent(content);
        assertThat(folders.resolve("again.raw")).hasBinaryContent(content);
    }
}
