package dev.cistern.flow;

import dev.cistern.embedded.TestServers;
import java.io.IOException;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Each service a process of its own, with a PostgreSQL and a Kafka given by address. */
final class ManyProcesses implements Cistern {
    private final TestServers servers;
    private final String database;
    private final Map<Part, Integer> ports = new EnumMap<>(Part.class);
    private final Map<Part, Program> programs = new EnumMap<>(Part.class);
    private final Api api;

    private ManyProcesses(TestServers servers, String database) throws Exception {
        this.servers = servers;
        this.database = database;
        for (var part : Part.values()) {
            ports.put(part, Ports.free());
        }
        api = new Api(address(Part.POOL_SERVICE), address(Part.VOLUME_SERVICE));
    }

    /** Both services and one worker. */
    static ManyProcesses on(TestServers servers, String database) throws Exception {
        return on(servers, database, List.of(Part.POOL_SERVICE, Part.VOLUME_SERVICE, Part.WORKER));
    }

    /** Both services and two workers that reach the same pools. */
    static ManyProcesses withTwoWorkers(TestServers servers, String database) throws Exception {
        return on(servers, database, List.of(Part.values()));
    }

    private static ManyProcesses on(TestServers servers, String database, List<Part> parts)
            throws Exception {
        var cistern = new ManyProcesses(servers, database);
        for (var part : parts) {
            cistern.programs.put(part, cistern.launch(part, Map.of()));
        }
        for (var part : parts) {
            if (!cistern.awaitReady(part)) {
                throw new AssertionError(part + " did not start; its log says why");
            }
        }
        return cistern;
    }

    private Program launch(Part part, Map<String, String> more) throws Exception {
        var environment = new HashMap<String, String>(more);
        environment.put("KAFKA_BOOTSTRAP_SERVERS", servers.bootstrapServers());
        environment.put("CISTERN_POSTGRES_URL", database);
        environment.put("CISTERN_POSTGRES_USER", servers.user());
        environment.put("CISTERN_POSTGRES_PASSWORD", servers.password());
        environment.put(
                "CISTERN_WORKER_NAME", group() + "-" + part.name().toLowerCase(Locale.ROOT));
        environment.put("CISTERN_WORKER_GROUPS", group());
        environment.put("QUARKUS_HTTP_PORT", Integer.toString(port(part)));
        return Program.start(
                new Program.Start(
                        group() + "-" + part.name().toLowerCase(Locale.ROOT),
                        "apps/" + application(part),
                        List.of(),
                        environment));
    }

    /** The worker group, told apart from those of other installations on the same Kafka. */
    String group() {
        return database.substring(database.lastIndexOf('/') + 1);
    }

    /** A connection to the database of the services, as whoever owns that. */
    Connection database() throws SQLException {
        return DriverManager.getConnection(database, servers.user(), servers.password());
    }

    private static String application(Part part) {
        return switch (part) {
            case POOL_SERVICE -> "pool-service";
            case VOLUME_SERVICE -> "volume-service";
            case WORKER, SECOND_WORKER -> "image-worker";
        };
    }

    private int port(Part part) {
        return ports.getOrDefault(part, 0);
    }

    /** The part that an address is of. */
    Part at(URI address) {
        return ports.entrySet().stream()
                .filter(part -> part.getValue() == address.getPort())
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(address.toString()));
    }

    private URI address(Part part) {
        return URI.create("http://localhost:" + port(part));
    }

    private boolean awaitReady(Part part) throws Exception {
        return Cistern.awaitReady(program(part), api, List.of(address(part)));
    }

    @Override
    public Api api() {
        return api;
    }

    @Override
    public String kafka() {
        return servers.bootstrapServers();
    }

    @Override
    public boolean start(Part part, String point) throws Exception {
        var environment =
                point.isEmpty() ? Map.<String, String>of() : Map.of("CISTERN_CRASH_POINT", point);
        programs.put(part, launch(part, environment));
        return awaitReady(part);
    }

    @Override
    public Program program(Part part) {
        var program = programs.get(part);
        if (program == null) {
            throw new IllegalStateException(
                    part.name().toLowerCase(Locale.ROOT) + " was never started");
        }
        return program;
    }

    @Override
    public void close() throws IOException {
        for (var program : programs.values()) {
            if (program.alive()) {
                program.close();
            }
        }
    }
}
