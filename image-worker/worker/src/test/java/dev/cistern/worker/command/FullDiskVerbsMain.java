package dev.cistern.worker.command;

import dev.cistern.worker.command.FullDiskTrial.Filler;
import dev.cistern.worker.command.FullDiskTrial.Verb;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/** Changes images where they are on a small file system with more and more room left. */
final class FullDiskVerbsMain {
    private static final int[] FREE_PAGES = {0, 1, 2, 3, 4, 6, 8, 16, 32, 64, 128, 256, 512};

    private FullDiskVerbsMain() {}

    public static void main(String[] arguments) throws Exception {
        var mount = Path.of(arguments[0]);
        var notes = Path.of(arguments[1]);
        var filler = new Filler(mount.resolve("filler"));
        try (var bench = new Workbench()) {
            for (var verb : Verb.values()) {
                for (var free : FREE_PAGES) {
                    var folder = Files.createDirectory(mount.resolve("pool"));
                    var end = new FullDiskTrial(verb, bench, folder, notes).run(filler, free);
                    System.out.printf("%s with %d pages: %s%n", verb, free, end);
                    remove(folder);
                }
            }
        }
        System.out.println("all was as before or as after");
    }

    private static void remove(Path folder) throws Exception {
        try (var all = Files.walk(folder)) {
            for (var file : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
