package dev.cistern.bench.service;

import java.io.IOException;
import java.util.ArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Many volumes created at once: from the first request to the last published event. */
record Creates(Target target, Api api, Database database, EventTap events) {

    /**
     * What a round did and took.
     *
     * @param refused answers that asked to come back later
     */
    record Round(
            int count,
            double seconds,
            double acceptedSeconds,
            int refused,
            Processes.Cpu cpu,
            Database.Work work) {
        double perSecond() {
            return count / seconds;
        }

        double cpuMillisEach() {
            return cpu.all() * 1000 / count;
        }
    }

    /** Which volumes, and how many requests may be under way at once. */
    record Load(String pool, String format, String prefix, int count, int connections) {}

    Round run(Load load) throws InterruptedException {
        var before = events.created();
        var cpu = target.processes().cpu();
        var work = database.work();
        var begin = System.nanoTime();
        var refused = post(load);
        var accepted = (System.nanoTime() - begin) / 1e9;
        events.await(before + load.count());
        var seconds = (System.nanoTime() - begin) / 1e9;
        return new Round(
                load.count(),
                seconds,
                accepted,
                refused,
                target.processes().cpu().since(cpu),
                database.work().since(work));
    }

    private int post(Load load) throws InterruptedException {
        var next = new AtomicInteger();
        var refused = new AtomicInteger();
        try (var executor = Executors.newFixedThreadPool(load.connections())) {
            var clients = new ArrayList<Future<?>>();
            for (var client = 0; client < load.connections(); client++) {
                clients.add(executor.submit(() -> postSome(load, next, refused)));
            }
            for (var client : clients) {
                client.get();
            }
        } catch (ExecutionException e) {
            throw new BenchException("a client gave up: " + e.getCause(), e);
        }
        return refused.get();
    }

    private Void postSome(Load load, AtomicInteger next, AtomicInteger refused)
            throws IOException, InterruptedException {
        try (var line = api.line()) {
            for (var number = next.getAndIncrement();
                    number < load.count();
                    number = next.getAndIncrement()) {
                var body = Api.volume(load.pool(), load.prefix() + number, load.format());
                var answer = line.post("/v1/volumes", body, "");
                while (answer.status() == 429) {
                    refused.incrementAndGet();
                    TimeUnit.SECONDS.sleep(Math.max(1, answer.retryAfter()));
                    answer = line.post("/v1/volumes", body, "");
                }
                if (answer.status() != 202) {
                    throw new BenchException(
                            "HTTP status " + answer.status() + ": " + answer.body());
                }
            }
        }
        return null;
    }
}
