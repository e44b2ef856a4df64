package dev.cistern.flow;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What a user sees in a pool's folder. */
final class PoolFiles {
    private PoolFiles() {}

    /** The names in a folder, without those that begin with a dot. */
    static Set<String> in(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.startsWith("."))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
