package dev.cistern.img;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Runs command lines as qemu-img does. */
final class QemuImg {
    private static final Map<String, Supplier<Command>> COMMANDS =
            new TreeMap<>(
                    Map.ofEntries(
                            Map.entry("amend", AmendCommand::new),
                            Map.entry("bitmap", BitmapCommand::new),
                            Map.entry("check", CheckCommand::new),
                            Map.entry("commit", CommitCommand::new),
                            Map.entry("compare", CompareCommand::new),
                            Map.entry("convert", ConvertCommand::new),
                            Map.entry("create", CreateCommand::new),
                            Map.entry("info", InfoCommand::new),
                            Map.entry("map", MapCommand::new),
                            Map.entry("measure", MeasureCommand::new),
                            Map.entry("rebase", RebaseCommand::new),
                            Map.entry("resize", ResizeCommand::new),
                            Map.entry("snapshot", SnapshotCommand::new)));

    /** Those of qemu-img that are not here. */
    private static final Set<String> ELSEWHERE = Set.of("bench", "dd");

    private QemuImg() {}

    /** The subcommands by their names. */
    static Map<String, Supplier<Command>> commands() {
        return COMMANDS;
    }

    /**
     * Runs one command line.
     *
     * @param words without the program's name
     * @return the exit code
     */
    static int run(Console console, List<String> words) {
        try {
            return runWords(console, words);
        } catch (Failure e) {
            console.out().flush();
            console.report(e);
            return e.status();
        } catch (IOException e) {
            console.out().flush();
            console.report(Reasons.of(e));
            return 1;
        }
    }

    private static int runWords(Console console, List<String> words) throws Failure, IOException {
        if (words.isEmpty()) {
            throw Failure.ofUsage("Not enough arguments");
        }
        var first = words.getFirst();
        if (!first.startsWith("-")) {
            return runCommand(console, first, words.subList(1, words.size()));
        }
        var options = Options.read(new Options.Known("hV", "help=h", "version=V"), words);
        if (options.has("h")) {
            Help.print(console);
        } else if (options.has("V")) {
            console.out().print(Help.version());
        } else {
            throw Failure.ofUsage("Not enough arguments");
        }
        return 0;
    }

    private static int runCommand(Console console, String name, List<String> words)
            throws Failure, IOException {
        if (ELSEWHERE.contains(name)) {
            throw Failure.of("This program has no '%s'; use qemu-img for it".formatted(name));
        }
        if (!COMMANDS.containsKey(name)) {
            throw Failure.ofUsage("Command not found: %s".formatted(name));
        }
        var command = Objects.requireNonNull(COMMANDS.get(name)).get();
        var options = command.read(words);
        if (options.has("h")) {
            Help.print(console);
            return 0;
        }
        return command.run(console, options);
    }
}
