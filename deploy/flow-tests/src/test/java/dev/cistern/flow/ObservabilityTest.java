package dev.cistern.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cistern.flow.Collector.Span;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What people see of a Cistern from outside: traces, meters, log lines, and a queue that is full.
 */
final class ObservabilityTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String CALLER = "b7ad6b7169203331";
    private static final Path REPOSITORY =
            Path.of(System.getProperty("cistern.deploy")).resolve("..");
    private static final Pattern METER = Pattern.compile("\\bcistern_[a-z_]+");

    @TempDir static Path data;
    @TempDir static Path folders;
    private static Collector collector;
    private static OneProcess cistern;
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @BeforeAll
    static void start() throws Exception {
        collector = new Collector();
        cistern =
                OneProcess.on(
                        data,
                        Map.of(
                                "CISTERN_TRACES_COLLECTOR",
                                collector.address().toString(),
                                "CISTERN_BACKLOG_PER_TENANT",
                                "5",
                                "QUARKUS_LOG_CONSOLE_JSON_ENABLED",
                                "true"));
        var folder = Files.createDirectory(folders.resolve("seen"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        cistern.startedPool("seen", folder, Map.of());
    }

    @AfterAll
    static void stop() throws Exception {
        cistern.close();
        collector.close();
    }

    private static HttpResponse<String> create(String name, String... headers) throws Exception {
        var request =
                HttpRequest.newBuilder(cistern.address().resolve("/v1/volumes"))
                        .header("Content-Type", "application/json")
                        .POST(
                                BodyPublishers.ofString(
                                        JSON.writeValueAsString(
                                                Map.of(
                                                        "pool",
                                                        "seen",
                                                        "name",
                                                        name,
                                                        "format",
                                                        "qcow2",
                                                        "capacity",
                                                        1 << 20))));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }

    @Test
    void oneTraceLeadsFromTheRequestToThePublicEvent() throws Exception {
        var created =
                create(
                        "traced",
                        "traceparent",
                        "00-%s-%s-01".formatted(TRACE, CALLER),
                        "Prefer",
                        "wait=30");
        assertThat(created.statusCode()).isEqualTo(202);

        Await.until(
                "the whole trace is there",
                () -> names().contains("send cistern.events"),
                there -> there);
        assertThat(names())
                .containsExactlyInAnyOrder(
                        "POST /v1/volumes",
                        "send cistern.commands.local",
                        "process CreateVolume",
                        "process VolumeCreated",
                        "send cistern.events");
        var known =
                collector.of(TRACE).stream()
                        .map(Span::id)
                        .collect(Collectors.toCollection(HashSet::new));
        known.add(CALLER);
        assertThat(collector.of(TRACE)).allMatch(span -> known.contains(span.parent()));
        assertThat(parentOf("process CreateVolume")).isEqualTo("send cistern.commands.local");
        assertThat(parentOf("process VolumeCreated")).isEqualTo("process CreateVolume");
    }

    @Test
    void aLogLineHasTheIdsOfWhatItIsAbout() throws Exception {
        Files.createFile(folders.resolve("seen/occupied"));
        var trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        var ended =
                JSON.readTree(
                        create(
                                        "occupied",
                                        "traceparent",
                                        "00-%s-%s-01".formatted(trace, CALLER),
                                        "Cistern-Tenant",
                                        "logged",
                                        "Prefer",
                                        "wait=30")
                                .body());
        assertThat(ended.path("state").asText()).isEqualTo("failed");

        var line =
                Await.until(
                        "the end of the operation is logged",
                        () -> logged(ended.path("id").asText()),
                        lines -> !lines.isEmpty());
        assertThat(line.getFirst().path("message").asText())
                .startsWith("CreateVolume of occupied failed: ");
        var ids = line.getFirst().path("mdc");
        assertThat(ids.path("resource").asText())
                .isEqualTo(ended.path("target").path("id").asText());
        assertThat(ids.path("tenant").asText()).isEqualTo("logged");
        assertThat(ids.path("traceId").asText()).isEqualTo(trace);
    }

    /** Lines of JSON about an operation. */
    private static List<JsonNode> logged(String operation) throws Exception {
        var lines = new ArrayList<JsonNode>();
        for (var line : Files.readAllLines(cistern.program(Cistern.Part.VOLUME_SERVICE).log())) {
            var json = line.startsWith("{") ? JSON.readTree(line) : JSON.nullNode();
            if (json.path("mdc").path("operation").asText().equals(operation)) {
                lines.add(json);
            }
        }
        return lines;
    }

    private static Set<String> names() {
        return collector.of(TRACE).stream().map(Span::name).collect(Collectors.toSet());
    }

    private static String parentOf(String name) {
        var all = collector.of(TRACE);
        var parent =
                all.stream()
                        .filter(span -> span.name().equals(name))
                        .findFirst()
                        .orElseThrow()
                        .parent();
        return all.stream()
                .filter(span -> span.id().equals(parent))
                .findFirst()
                .orElseThrow()
                .name();
    }

    @Test
    void everyMeterThatTheDashboardTheRulesAndTheGuideNameIsThere() throws Exception {
        assertThat(create("measured", "Prefer", "wait=30").statusCode()).isEqualTo(202);
        Files.createFile(folders.resolve("seen/taken"));
        assertThat(create("taken", "Prefer", "wait=30").body()).contains("file-exists");

        var named = new TreeSet<String>();
        for (var file :
                Set.of(
                        "deploy/observability/grafana-dashboard.json",
                        "deploy/observability/prometheus-rules.yml",
                        "docs/operations.md")) {
            var inFile = METER.matcher(Files.readString(REPOSITORY.resolve(file)));
            assertThat(inFile.results().map(found -> named.add(found.group())).count())
                    .as("meters in %s", file)
                    .isPositive();
        }
        Await.until(
                "every meter is there: " + named, () -> meters().containsAll(named), all -> all);
    }

    private static Set<String> meters() throws Exception {
        var scraped =
                HTTP.send(
                        HttpRequest.newBuilder(cistern.address().resolve("/q/metrics")).build(),
                        BodyHandlers.ofString());
        return METER.matcher(scraped.body())
                .results()
                .map(found -> found.group())
                .collect(Collectors.toSet());
    }

    private static boolean accepted(HttpResponse<String> answer) {
        return answer.statusCode() == 202;
    }

    private static List<HttpResponse<String>> createAtOnce(String prefix) throws Exception {
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            var sent = new ArrayList<Future<HttpResponse<String>>>();
            for (var count = 0; count < 100; count++) {
                var name = prefix + count;
                sent.add(clients.submit(() -> create(name, "Cistern-Tenant", "hasty")));
            }
            var answers = new ArrayList<HttpResponse<String>>();
            for (var answer : sent) {
                answers.add(answer.get());
            }
            return answers;
        }
    }

    @Test
    void whoOutrunsTheWorkersIsToldWhenToComeBack() throws Exception {
        var answers = new ArrayList<HttpResponse<String>>();
        for (var round = 0;
                round < 50 && answers.stream().allMatch(ObservabilityTest::accepted);
                round++) {
            answers.clear();
            answers.addAll(createAtOnce("fast-%d-".formatted(round)));
        }
        var refused =
                answers.stream().filter(answer -> !accepted(answer)).findFirst().orElseThrow();
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(429);
        assertThat(refused.headers().firstValueAsLong("Retry-After").orElseThrow())
                .isBetween(1L, 60L);
        assertThat(JSON.readTree(refused.body()).path("code").asText())
                .isEqualTo("too-many-requests");
        assertThat(create("patient", "Cistern-Tenant", "patient", "Prefer", "wait=30").statusCode())
                .isEqualTo(202);
    }
}
