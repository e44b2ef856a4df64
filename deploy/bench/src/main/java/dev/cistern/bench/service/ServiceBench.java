package dev.cistern.bench.service;

import dev.cistern.bench.Figure;
import dev.cistern.bench.Figures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The figures of a running Cistern, one after the other. */
final class ServiceBench {
    private static final int LIBVIRT_VOLUMES = 120;
    private static final int PAGES = 300;

    private final Options options;
    private final Target target;
    private final Api api;
    private final Database database;
    private final Latency latency;
    private final Creates creates;
    private final Optional<Libvirt> libvirt;
    private final Figures figures;
    private final Path folder;
    private int rounds;

    /**
     * What is wanted.
     *
     * @param volumes created in each round
     * @param connections requests under way at once
     * @param inventory volumes in the large inventory, 0 for none
     * @param refreshed volumes in the pool that is looked at, 0 for none
     */
    record Options(
            int volumes,
            int connections,
            String format,
            long inventory,
            int atRest,
            int refreshed) {}

    ServiceBench(
            Options options,
            Target target,
            Database database,
            EventTap events,
            Optional<Libvirt> libvirt,
            Path folder,
            Figures figures) {
        this.options = options;
        this.target = target;
        this.database = database;
        this.libvirt = libvirt;
        this.folder = folder;
        this.figures = figures;
        api = new Api(target);
        latency = new Latency(api);
        creates = new Creates(target, api, database, events);
    }

    void run() throws IOException, InterruptedException {
        var name = "bench-" + Long.toString(System.currentTimeMillis(), 36);
        api.startedPool(name, folder.resolve(name));
        figures.say("warming up");
        var _ = round(name, options.volumes());
        atRest(name);
        var small = throughput(name);
        memory();
        if (options.refreshed() > 0) {
            new Refreshes(api, libvirt, figures)
                    .run(name + "-refresh", folder.resolve("refresh"), options.refreshed());
        }
        if (options.inventory() > 0) {
            large(name, small);
        }
    }

    private Creates.Round round(String pool, int count) throws InterruptedException {
        return creates.run(
                new Creates.Load(
                        pool,
                        options.format(),
                        "v%d-".formatted(rounds++),
                        count,
                        options.connections()));
    }

    private void atRest(String pool) throws IOException {
        figures.say("one at a time");
        var times = latency.createAtRest(pool, options.format(), "rest-", options.atRest());
        for (var quantile : new double[] {0.5, 0.99}) {
            figures.add(
                    Figure.cost(
                                    "create at rest p%d".formatted(Math.round(quantile * 100)),
                                    times.quantile(quantile),
                                    "ms",
                                    null)
                            .with("format", options.format())
                            .with("requests", options.atRest()));
        }
    }

    private Creates.Round throughput(String pool) throws InterruptedException {
        var before = peer();
        figures.say("%d at a time".formatted(options.connections()));
        var round = round(pool, options.volumes());
        var after = peer();
        report(round, "", before == null || after == null ? null : (before + after) / 2);
        return round;
    }

    private @Nullable Double peer() throws InterruptedException {
        if (libvirt.isEmpty()) {
            return null;
        }
        figures.say("libvirt");
        var best = 0.0;
        for (var threads : new int[] {1, 4}) {
            var names = "p%d-%d".formatted(rounds++, threads);
            best =
                    Math.max(
                            best,
                            libvirt.get()
                                    .creates(names, options.format(), LIBVIRT_VOLUMES, threads));
        }
        figures.add(
                Figure.rate("libvirt creates", best, "1/s", null).with("format", options.format()));
        return best;
    }

    private void report(Creates.Round round, String at, @Nullable Double peer) {
        figures.add(
                Figure.rate("creates" + at, round.perSecond(), "1/s", peer)
                        .with("format", options.format())
                        .with("volumes", round.count())
                        .with("connections", options.connections())
                        .with("acceptedSeconds", round.acceptedSeconds())
                        .with("refused", round.refused()));
        var cpu = round.cpu();
        each("services' CPU per create" + at, cpu.services() * 1000, "ms", round);
        each("PostgreSQL's CPU per create" + at, cpu.databases() * 1000, "ms", round);
        if (database.known()) {
            var work = round.work();
            each("commits per create" + at, (double) work.commits(), "commits", round);
            each(
                    "syncs of the write-ahead log per create" + at,
                    (double) work.syncs(),
                    "syncs",
                    round);
        }
    }

    private void each(String figure, double all, String unit, Creates.Round round) {
        figures.add(Figure.cost(figure, all / round.count(), unit, null));
    }

    private void memory() {
        var services = target.processes().serviceMemory();
        var databases = target.processes().databaseMemory();
        if (services > 0) {
            figures.add(Figure.cost("memory of the services", services / 1e6, "MB", null));
        }
        if (databases > 0) {
            figures.add(Figure.cost("memory of PostgreSQL", databases / 1e6, "MB", null));
        }
    }

    private void large(String pool, Creates.Round small) throws IOException, InterruptedException {
        figures.say("filling the inventory with %d volumes".formatted(options.inventory()));
        database.fillTo(
                options.inventory(), api.startedPool(pool + "-old", folder.resolve(pool + "-old")));
        var last = database.lastPosition();
        for (var percent : new int[] {0, 25, 50, 75, 99}) {
            var times = latency.page(last * percent / 100, PAGES);
            for (var quantile : new double[] {0.5, 0.99}) {
                figures.add(
                        Figure.cost(
                                        "page of 100 p%d".formatted(Math.round(quantile * 100)),
                                        times.quantile(quantile),
                                        "ms",
                                        null)
                                .with("inventory", options.inventory())
                                .with("depthPercent", percent));
            }
        }
        var _ = round(pool, options.volumes());
        var round = round(pool, options.volumes());
        var at = " at %d volumes".formatted(options.inventory());
        report(round, at, null);
        figures.add(
                Figure.cost(
                                "CPU per create" + at,
                                round.cpuMillisEach(),
                                "ms",
                                small.cpuMillisEach())
                        .with("peerIs", "a small inventory"));
        memory();
    }
}
