package dev.cistern.flow;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Everything in one JVM, as {@code ./cistern up} runs it. */
final class OneProcess implements Cistern {
    private final Path data;
    private final int port;
    private final int kafkaPort;
    private final int postgresPort;
    private final Api api;
    private Program program;

    private OneProcess(Path data) throws Exception {
        this.data = data;
        port = Ports.free();
        kafkaPort = Ports.free();
        postgresPort = Ports.free();
        api = new Api(address(), address());
        program = start(Map.of());
    }

    static OneProcess on(Path data) throws Exception {
        var cistern = new OneProcess(data);
        cistern.awaitReady();
        return cistern;
    }

    private Program start(Map<String, String> environment) throws IOException {
        return Program.start(
                new Program.Start(
                        "standalone",
                        "standalone",
                        List.of(
                                "--data", data.toString(),
                                "--port", Integer.toString(port),
                                "--kafka-port", Integer.toString(kafkaPort),
                                "--postgres-port", Integer.toString(postgresPort)),
                        environment));
    }

    private URI address() {
        return URI.create("http://localhost:" + port);
    }

    private void awaitReady() throws Exception {
        Cistern.awaitReady(api, address());
    }

    @Override
    public Api api() {
        return api;
    }

    @Override
    public String kafka() {
        return "127.0.0.1:" + kafkaPort;
    }

    @Override
    public Database database() {
        return new Database(
                "jdbc:postgresql://127.0.0.1:" + postgresPort + "/cistern", "cistern", "cistern");
    }

    @Override
    public void restartWithCrashPoint(Part part, String point) throws Exception {
        program.kill();
        program = start(Map.of("CISTERN_CRASH_POINT", point));
        awaitReady();
    }

    @Override
    public boolean down(Part part) {
        return !program.alive();
    }

    @Override
    public void revive(Part part) throws Exception {
        program = start(Map.of());
        awaitReady();
    }

    @Override
    public Program program(Part part) {
        return program;
    }

    @Override
    public void close() throws IOException {
        program.close();
    }
}
