package dev.cistern.img;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A command line read as getopt_long(3) reads it: options and operands in any order, short options
 * run together, long ones cut short while they stay unique, {@code --} before what are operands
 * only.
 */
final class Options {
    private final List<Given> given = new ArrayList<>();
    private final List<String> operands = new ArrayList<>();

    /**
     * An option that was given.
     *
     * @param name a letter, or the long name of an option that has no letter
     * @param value empty for a flag
     */
    record Given(String name, String value) {}

    /**
     * A long option.
     *
     * @param name that the program knows it by; its letter, if it has one
     */
    private record LongOption(String text, boolean valued, String name) {}

    /** The options that a command has. */
    static final class Known {
        private final String letters;
        private final List<LongOption> longOptions = new ArrayList<>();

        /**
         * Options of a command.
         *
         * @param letters each followed by a colon if it takes a value
         * @param names of long options, each followed by a colon if it takes a value, and by an
         *     equals sign and a letter if it is another name for that one
         */
        Known(String letters, String... names) {
            this.letters = letters;
            for (var name : names) {
                var alias = name.indexOf('=');
                var text = alias < 0 ? name : name.substring(0, alias);
                var valued = text.endsWith(":");
                text = valued ? text.substring(0, text.length() - 1) : text;
                longOptions.add(
                        new LongOption(text, valued, alias < 0 ? text : name.substring(alias + 1)));
            }
        }

        private Optional<LongOption> find(String text) {
            var exact = longOptions.stream().filter(option -> option.text.equals(text)).findFirst();
            if (exact.isPresent()) {
                return exact;
            }
            var starting =
                    longOptions.stream().filter(option -> option.text.startsWith(text)).toList();
            return starting.size() == 1 ? Optional.of(starting.getFirst()) : Optional.empty();
        }

        /** All names, as they are written. */
        List<String> names() {
            var names = new ArrayList<String>();
            letters.chars()
                    .filter(letter -> letter != ':')
                    .forEach(letter -> names.add("-" + (char) letter));
            longOptions.forEach(option -> names.add("--" + option.text));
            return names;
        }
    }

    /**
     * Reads a command line.
     *
     * @throws Failure if it has an option that is not known, or one without its value
     */
    static Options read(Known known, List<String> words) throws Failure {
        var options = new Options();
        for (var at = 0; at < words.size(); at++) {
            var word = words.get(at);
            if ("--".equals(word)) {
                options.operands.addAll(words.subList(at + 1, words.size()));
                break;
            }
            var following =
                    at + 1 < words.size()
                            ? Optional.of(words.get(at + 1))
                            : Optional.<String>empty();
            if (word.startsWith("--")) {
                at += options.readLong(known, word, following);
            } else if (word.startsWith("-") && word.length() > 1) {
                at += options.readLetters(known, word, following);
            } else {
                options.operands.add(word);
            }
        }
        return options;
    }

    /** Returns how many of the following words were used. */
    private int readLong(Known known, String word, Optional<String> following) throws Failure {
        var equals = word.indexOf('=');
        var text = word.substring(2, equals < 0 ? word.length() : equals);
        var option = known.find(text).orElseThrow(() -> unrecognized(word));
        if (!option.valued) {
            if (equals >= 0) {
                throw unrecognized(word);
            }
            given.add(new Given(option.name, ""));
            return 0;
        }
        if (equals >= 0) {
            given.add(new Given(option.name, word.substring(equals + 1)));
            return 0;
        }
        given.add(new Given(option.name, following.orElseThrow(() -> missing(word))));
        return 1;
    }

    private int readLetters(Known known, String word, Optional<String> following) throws Failure {
        for (var at = 1; at < word.length(); at++) {
            var place = word.charAt(at) == ':' ? -1 : known.letters.indexOf(word.charAt(at));
            if (place < 0) {
                throw unrecognized(word);
            }
            var name = word.substring(at, at + 1);
            if (!known.letters.startsWith(":", place + 1)) {
                given.add(new Given(name, ""));
            } else if (at + 1 < word.length()) {
                given.add(new Given(name, word.substring(at + 1)));
                return 0;
            } else {
                given.add(new Given(name, following.orElseThrow(() -> missing(word))));
                return 1;
            }
        }
        return 0;
    }

    /** The same with one more operand. */
    Options and(String operand) {
        operands.add(operand);
        return this;
    }

    private static Failure unrecognized(String word) {
        return Failure.ofUsage("unrecognized option '%s'".formatted(word));
    }

    private static Failure missing(String word) {
        return Failure.ofUsage("missing argument for option '%s'".formatted(word));
    }

    /** Options in the order given. */
    List<Given> given() {
        return given;
    }

    boolean has(String name) {
        return given.stream().anyMatch(option -> option.name.equals(name));
    }

    /** The value that was given last. */
    Optional<String> last(String name) {
        var values = all(name);
        return values.isEmpty() ? Optional.empty() : Optional.of(values.getLast());
    }

    /** All values that were given, in order. */
    List<String> all(String name) {
        var values = new ArrayList<String>();
        Consumer<Given> keep =
                option -> {
                    if (option.name.equals(name)) {
                        values.add(option.value);
                    }
                };
        given.forEach(keep);
        return values;
    }

    List<String> operands() {
        return operands;
    }

    /** The one operand that there must be. */
    String onlyFile() throws Failure {
        if (operands.size() != 1) {
            throw Failure.ofUsage("Expecting one image file name");
        }
        return operands.getFirst();
    }
}
