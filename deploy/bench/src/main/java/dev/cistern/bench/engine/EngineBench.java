package dev.cistern.bench.engine;

import dev.cistern.bench.Figures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./cistern bench engine}: images, on memory and on disk, beside qemu-img and cp. */
@Command(
        name = "engine",
        mixinStandardHelpOptions = true,
        description = "The image engine beside qemu-img.")
public final class EngineBench implements Callable<Integer> {
    @Option(
            names = "--tmpfs",
            paramLabel = "DIR",
            description = "A folder in memory (default: ${DEFAULT-VALUE}); '' for none.",
            defaultValue = "/dev/shm")
    private String memory = "";

    @Option(
            names = "--disk",
            paramLabel = "DIR",
            description = "A folder on a disk (default: the one for temporary files); '' for none.")
    private @Nullable String disk;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "Turns of each that count (default: ${DEFAULT-VALUE}).",
            defaultValue = "5")
    private int rounds;

    @Option(
            names = "--convert-mib",
            paramLabel = "N",
            description = "MiB of files in what is converted (default: ${DEFAULT-VALUE}).",
            defaultValue = "256")
    private int mebibytes;

    @Option(
            names = "--only",
            paramLabel = "REGEX",
            description = "Only figures in whose names this is found.",
            defaultValue = "")
    private String only = "";

    /** Made by picocli. */
    public EngineBench() {}

    @Override
    public Integer call() throws Exception {
        var figures = new Figures(System.out, System.err, Pattern.compile(only));
        for (var place : places().entrySet()) {
            measure(place.getKey(), place.getValue(), figures);
        }
        return 0;
    }

    private Map<String, Path> places() {
        var places = new LinkedHashMap<String, Path>();
        if (!memory.isEmpty() && Files.isDirectory(Path.of(memory))) {
            places.put("tmpfs", Path.of(memory));
        }
        var folder = disk == null ? System.getProperty("java.io.tmpdir") : disk;
        if (!folder.isEmpty()) {
            places.put("disk", Path.of(folder));
        }
        return places;
    }

    private void measure(String place, Path parent, Figures figures) throws Exception {
        var folder = Files.createTempDirectory(parent, "cistern-bench-");
        try {
            new OperationBench(place, folder, rounds, figures).run();
            new IoBench(place, folder, rounds, figures).run();
            new ConvertBench(place, folder, rounds, mebibytes, figures).run();
            new CloneBench(place, folder, rounds, mebibytes, figures).run();
        } finally {
            remove(folder);
        }
    }

    /** Removes a folder and what is in it. */
    static void remove(Path folder) throws IOException {
        try (var paths = Files.walk(folder)) {
            for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
