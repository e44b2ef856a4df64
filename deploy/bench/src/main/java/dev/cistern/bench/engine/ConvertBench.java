package dev.cistern.bench.engine;

import dev.cistern.bench.Cpu;
import dev.cistern.bench.Figure;
import dev.cistern.bench.Figures;
import dev.cistern.bench.Peer;
import dev.cistern.bench.Rounds;
import dev.cistern.bench.Rounds.Cost;
import dev.cistern.image.Images;
import dev.cistern.image.OpenOptions;
import dev.cistern.image.Progress;
import dev.cistern.image.operations.Convert;
import dev.cistern.image.storage.Directory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How fast images are converted: a source of real files, the system's own in a tar archive, with as
 * much again that is a hole. All sync what they have made.
 */
final class ConvertBench {
    private static final String TARGET = ConversionCase.TARGET;

    private final String place;
    private final Path folder;
    private final int rounds;
    private final int mebibytes;
    private final Figures figures;

    ConvertBench(String place, Path folder, int rounds, int mebibytes, Figures figures) {
        this.place = place;
        this.folder = folder;
        this.rounds = rounds;
        this.mebibytes = mebibytes;
        this.figures = figures;
    }

    void run() throws Exception {
        for (var conversion : ConversionCase.all()) {
            for (var peer : conversion.peers()) {
                var figure = "%s: %s, beside %s".formatted(place, conversion.figure(), name(peer));
                if (figures.wants(figure)) {
                    measure(figure, conversion, peer);
                }
            }
        }
    }

    /** A command line without what every one has. */
    private static String name(String peer) {
        return peer.replaceAll(" (-f|-O) \\w+| SOURCE| TARGET", "");
    }

    private void measure(String figure, ConversionCase conversion, String peer) throws Exception {
        prepare(conversion.source());
        Optional<Rounds.Turn> other =
                Peer.has(peer.split(" ", -1)[0])
                        ? Optional.of(() -> peers(peer, conversion))
                        : Optional.empty();
        var outcome = Rounds.run(rounds, () -> ours(conversion), other);
        var theirs = outcome.peer();
        figures.add(
                Figure.rate(
                        figure,
                        outcome.ours().rate(),
                        "MiB/s",
                        theirs == null ? null : theirs.rate()));
        figures.add(
                Figure.cost(
                        figure + ", CPU",
                        outcome.ours().cpuMicros() / 1000,
                        "ms/MiB",
                        theirs == null ? null : theirs.cpuMicros() / 1000));
    }

    private void prepare(ConversionCase.Source source) throws Exception {
        if (!Files.exists(folder.resolve("raw"))) {
            Peer.shell(
                    folder,
                    "tar -cf - -C /usr --sort=name share lib bin 2>/dev/null | head -c %dM > raw; truncate -s %dM raw"
                            .formatted(mebibytes, 2 * mebibytes));
        }
        if (!Files.exists(folder.resolve(source.file()))) {
            Peer.shell(
                    folder,
                    source.maker().replace("SOURCE", "raw").replace("TARGET", source.file()));
        }
    }

    private Cost ours(ConversionCase conversion) throws Exception {
        Files.deleteIfExists(folder.resolve(TARGET));
        var source = conversion.source();
        try (var directory = Directory.open(folder);
                var image =
                        Images.open(
                                directory, source.file(), OpenOptions.reading(source.format()))) {
            var cpu = Cpu.own();
            var start = System.nanoTime();
            Convert.into(
                    directory.createFile(TARGET, 0600),
                    image,
                    conversion.conversion(),
                    Progress.NONE);
            return new Cost(mebibytes, (System.nanoTime() - start) / 1e9, Cpu.own() - cpu);
        }
    }

    private Cost peers(String peer, ConversionCase conversion) throws Exception {
        Files.deleteIfExists(folder.resolve(TARGET));
        var line =
                peer.replace("SOURCE", conversion.source().file()).replace("TARGET", TARGET)
                        + " && sync target";
        var cpu = Cpu.children();
        var start = System.nanoTime();
        Peer.shell(folder, line);
        return new Cost(mebibytes, (System.nanoTime() - start) / 1e9, Cpu.children() - cpu);
    }
}
