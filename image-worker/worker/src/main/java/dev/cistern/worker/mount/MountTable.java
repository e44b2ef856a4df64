package dev.cistern.worker.mount;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What is mounted where, as the kernel tells this process (proc(5), mountinfo). */
final class MountTable {
    private static final Path TABLE = Path.of("/proc/self/mountinfo");
    private static final int PLACE = 4;

    private MountTable() {}

    /** The source of what is mounted right on a folder; of several the one on top. */
    static Optional<String> sourceOn(Path folder) throws IOException {
        return sourceOn(folder, Files.readString(TABLE, StandardCharsets.UTF_8));
    }

    static Optional<String> sourceOn(Path folder, String table) {
        var wanted = folder.toString();
        return table.lines()
                .map(line -> line.split(" ", -1))
                .filter(fields -> fields.length > PLACE && unescaped(fields[PLACE]).equals(wanted))
                .map(MountTable::source)
                .reduce((_, last) -> last);
    }

    /** The second field after the dash, before which there is any number of optional ones. */
    private static String source(String... fields) {
        for (var dash = PLACE; dash + 2 < fields.length; dash++) {
            if (fields[dash].equals("-")) {
                return unescaped(fields[dash + 2]);
            }
        }
        return "";
    }

    /**
     * Blanks, tabs, line ends and backslashes are written as a backslash and three octal digits.
     */
    private static String unescaped(String field) {
        return field.replace("\\040", " ")
                .replace("\\011", "\t")
                .replace("\\012", "\n")
                .replace("\\134", "\\");
    }
}
