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

    private OneProcess(Path data, Map<String, String> environment) throws Exception {
        this.data = data;
        port = Ports.free();
        kafkaPort = Ports.free();
        postgresPort = Ports.free();
        api = new Api(address(), address());
        program = launch(environment);
    }

    static OneProcess on(Path data) throws Exception {
        return on(data, Map.of());
    }

    static OneProcess on(Path data, Map<String, String> environment) throws Exception {
        var cistern = new OneProcess(data, environment);
        if (!cistern.awaitReady()) {
            throw new AssertionError("it did not start; its log says why");
        }
        return cistern;
    }

    private Program launch(Map<String, String> environment) throws Exception {
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

    URI address() {
        return URI.create("http://localhost:" + port);
    }

    private boolean awaitReady() throws Exception {
        return Cistern.awaitReady(program, api, List.of(address()));
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
    public boolean start(Part part, String point) throws Exception {
        program = launch(point.isEmpty() ? Map.of() : Map.of("CISTERN_CRASH_POINT", point));
        return awaitReady();
    }

    @Override
    public Program program(Part part) {
        return program;
    }

    @Override
    public void close() throws IOException {
        if (program.alive()) {
            program.close();
        }
    }
}
