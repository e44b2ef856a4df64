package dev.cistern.bench.engine;

import dev.cistern.bench.Cpu;
import dev.cistern.bench.Figure;
import dev.cistern.bench.Figures;
import dev.cistern.bench.Peer;
import dev.cistern.bench.Rounds;
import dev.cistern.bench.Rounds.Cost;
import dev.cistern.image.storage.Directory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** How often a second whole images can be worked on, one at a time and sixteen at once. */
final class OperationBench {
    private static final int AT_ONCE = 16;
    private static final int OURS_A_TURN = 256;
    private static final int PEERS_A_TURN = 48;

    private final String place;
    private final Path folder;
    private final int rounds;
    private final Figures figures;

    OperationBench(String place, Path folder, int rounds, Figures figures) {
        this.place = place;
        this.folder = folder;
        this.rounds = rounds;
        this.figures = figures;
    }

    void run() throws Exception {
        for (var operation : Operation.values()) {
            var one = "%s: %s".formatted(place, operation.figure());
            if (figures.wants(one)) {
                figures.add(rate(one, operation, 1, 1));
            }
            var many = "%s: %s, %d at once".formatted(place, operation.figure(), AT_ONCE);
            if (figures.wants(many)) {
                figures.add(rate(many, operation, AT_ONCE, AT_ONCE));
            }
            var against = many + ", the peer one at a time";
            if (figures.wants(against)) {
                figures.add(rate(against, operation, AT_ONCE, 1));
            }
            var syncs = "%s: %s, syncs".formatted(place, operation.figure());
            if (figures.wants(syncs)) {
                figures.add(new SyncCount(folder).count(syncs, operation));
            }
        }
    }

    private Figure rate(String figure, Operation operation, int atOnce, int peersAtOnce)
            throws Exception {
        Optional<Rounds.Turn> peer =
                Peer.has(operation.peer().split(" ", -1)[0])
                        ? Optional.of(() -> peers(operation, peersAtOnce))
                        : Optional.empty();
        var outcome = Rounds.run(rounds, () -> ours(operation, atOnce), peer);
        return Figure.rate(
                figure,
                outcome.ours().rate(),
                "/s",
                outcome.peer() == null ? null : outcome.peer().rate());
    }

    private Cost ours(Operation operation, int atOnce) throws Exception {
        var images = Template.prepare(folder, operation, OURS_A_TURN);
        try (var directory = Directory.open(images);
                var threads = Executors.newFixedThreadPool(atOnce)) {
            var cpu = Cpu.own();
            var start = System.nanoTime();
            var ends = new ArrayList<Future<?>>();
            for (var thread = 0; thread < atOnce; thread++) {
                var first = thread;
                ends.add(
                        threads.submit(
                                () -> {
                                    every(operation, directory, first, atOnce);
                                    return null;
                                }));
            }
            await(ends);
            return new Cost(OURS_A_TURN, (System.nanoTime() - start) / 1e9, Cpu.own() - cpu);
        } finally {
            EngineBench.remove(images);
        }
    }

    private static void every(Operation operation, Directory folder, int first, int step)
            throws IOException {
        for (var image = first; image < OURS_A_TURN; image += step) {
            operation.run(folder, Template.name(image));
        }
    }

    private static void await(Iterable<Future<?>> ends)
            throws ExecutionException, InterruptedException {
        for (var end : ends) {
            end.get();
        }
    }

    private Cost peers(Operation operation, int atOnce) throws Exception {
        var images = Template.prepare(folder, operation, PEERS_A_TURN);
        try {
            var script = images.resolve("turn.sh");
            Files.writeString(script, script(operation, atOnce));
            var cpu = Cpu.children();
            var start = System.nanoTime();
            Peer.shell(images, "sh turn.sh");
            return new Cost(PEERS_A_TURN, (System.nanoTime() - start) / 1e9, Cpu.children() - cpu);
        } finally {
            EngineBench.remove(images);
        }
    }

    private static String script(Operation operation, int atOnce) {
        var loop =
                "i=0; while [ $i -lt %d ]; do %s; i=$((i + 1)); done\n"
                        .formatted(
                                PEERS_A_TURN / atOnce,
                                operation
                                                .peer()
                                                .replace(
                                                        "FILE",
                                                        "image$((i * %d + THREAD))"
                                                                .formatted(atOnce))
                                        + " || exit 1");
        var script = new StringBuilder();
        for (var thread = 0; thread < atOnce; thread++) {
            script.append("( %s ) &\n".formatted(loop.replace("THREAD", "" + thread).strip()));
        }
        return script.append("wait\n").toString();
    }
}
