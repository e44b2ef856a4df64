package dev.cistern.bench.service;

import dev.cistern.bench.Figures;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line of {@code ./cistern bench service}. */
@Command(
        name = "service",
        description = {
            "Measures a running Cistern: creates a second from the request to the published event, the time of one at"
                    + " rest, pages of a large inventory, processor time and memory, beside libvirt where it is installed.",
            "A line of JSON for each figure goes to standard output, what is being done to standard error."
        },
        sortOptions = false,
        usageHelpWidth = 100)
public final class ServiceCommand implements Callable<Integer> {
    @Option(
            names = "--url",
            paramLabel = "URL",
            description =
                    "a Cistern that runs already (its volume-service); without it, ./cistern up is started in a"
                            + " temporary folder. Needs --kafka, and --folder on the worker's machine.")
    private @Nullable URI url;

    @Option(
            names = "--pools-url",
            paramLabel = "URL",
            description = "its pool-service, if that has another address")
    private @Nullable URI poolsUrl;

    @Option(names = "--kafka", paramLabel = "HOST:PORT", description = "its Kafka")
    private @Nullable String kafka;

    @Option(
            names = "--database",
            paramLabel = "JDBC-URL",
            description = "its PostgreSQL, user and password included")
    private @Nullable String database;

    @Option(
            names = "--service-pid",
            paramLabel = "PID",
            split = ",",
            description = "processes whose CPU and memory count as the services'")
    private List<Long> servicePids = List.of();

    @Option(
            names = "--postgres-pid",
            paramLabel = "PID",
            description =
                    "PostgreSQL's first process, whose CPU and memory count with its children's")
    private List<Long> postgresPids = List.of();

    @Option(
            names = "--folder",
            paramLabel = "DIR",
            description = "where pools and, without --url, data go (default: a temporary folder)")
    private @Nullable Path folder;

    @Option(
            names = "--volumes",
            paramLabel = "N",
            description = "volumes created in a round (default: ${DEFAULT-VALUE})")
    private int volumes = 3000;

    @Option(
            names = "--connections",
            paramLabel = "N",
            description = "requests under way at once (default: ${DEFAULT-VALUE})")
    private int connections = 64;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "raw or qcow2 (default: ${DEFAULT-VALUE})")
    private String format = "qcow2";

    @Option(
            names = "--at-rest",
            paramLabel = "N",
            description = "creates one at a time (default: ${DEFAULT-VALUE})")
    private int atRest = 200;

    @Option(
            names = "--inventory",
            paramLabel = "N",
            description =
                    "also with an inventory of so many volumes, written by SQL (default: ${DEFAULT-VALUE})")
    private long inventory;

    @Option(
            names = "--refreshed",
            paramLabel = "N",
            description =
                    "also refreshes of three pools of so many volumes, 0 for none (default: ${DEFAULT-VALUE})")
    private int refreshed = 10_000;

    @Option(names = "--no-libvirt", description = "without libvirt")
    private boolean withoutLibvirt;

    @Option(names = "--help", usageHelp = true, description = "shows this")
    @SuppressWarnings("UnusedVariable") // picocli acts on it
    private boolean help;

    @Override
    public Integer call() throws Exception {
        var figures = new Figures(System.out, System.err, Pattern.compile(""));
        var home = folder == null ? Files.createTempDirectory("cistern-bench") : folder;
        Files.createDirectories(home);
        try {
            measureIn(home.toRealPath(), figures);
            return 0;
        } catch (BenchException e) {
            System.err.println("cistern: " + e.getMessage());
            return 1;
        } finally {
            if (folder == null) {
                delete(home);
            }
        }
    }

    private void measureIn(Path home, Figures figures) throws Exception {
        if (url != null) {
            measure(given(url), home, figures);
            return;
        }
        figures.say("starting ./cistern up");
        try (var own = OwnCistern.start(Path.of(System.getProperty("cistern.script")), home)) {
            measure(own.target(), home, figures);
        }
    }

    private Target given(URI address) {
        return new Target(
                address,
                poolsUrl == null ? address : poolsUrl,
                kafka,
                database,
                new Processes(servicePids, postgresPids));
    }

    private void measure(Target target, Path home, Figures figures) throws Exception {
        if (target.kafka() == null) {
            throw new BenchException("--url needs --kafka: published events are counted");
        }
        try (var base = new Database(target.database());
                var events = new EventTap(target.kafka())) {
            var peer =
                    withoutLibvirt
                            ? Optional.<Libvirt>empty()
                            : Libvirt.on(home.resolve("libvirt"), figures);
            try {
                new ServiceBench(
                                new ServiceBench.Options(
                                        volumes, connections, format, inventory, atRest, refreshed),
                                target,
                                base,
                                events,
                                peer,
                                home,
                                figures)
                        .run();
            } finally {
                peer.ifPresent(Libvirt::close);
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        var all = new ArrayList<Path>();
        try (var found = Files.walk(folder)) {
            found.forEach(all::add);
        }
        all.sort(Comparator.reverseOrder());
        for (var one : all) {
            Files.deleteIfExists(one);
        }
    }
}
