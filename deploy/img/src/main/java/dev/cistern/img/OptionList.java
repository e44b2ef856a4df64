package dev.cistern.img;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Options written as {@code key=value,key=value}, where a doubled comma stands for one in a value,
 * {@code key} alone for {@code key=on} and {@code nokey} for {@code key=off}.
 */
final class OptionList {
    private final List<Entry> entries = new ArrayList<>();

    /** One of them. */
    record Entry(String key, String value) {}

    private OptionList() {}

    static OptionList empty() {
        return new OptionList();
    }

    /** Reads a list. */
    static OptionList parse(String text) {
        return parse(text, "");
    }

    /**
     * Reads a list.
     *
     * @param implied key of a first entry that is but a value; empty for none
     */
    static OptionList parse(String text, String implied) {
        var list = new OptionList();
        for (var part : split(text)) {
            list.add(part, list.entries.isEmpty() ? implied : "");
        }
        return list;
    }

    private void add(String part, String implied) {
        var equals = part.indexOf('=');
        if (equals >= 0) {
            entries.add(new Entry(part.substring(0, equals), part.substring(equals + 1)));
        } else if (!implied.isEmpty()) {
            entries.add(new Entry(implied, part));
        } else if (part.startsWith("no")) {
            entries.add(new Entry(part.substring(2), "off"));
        } else {
            entries.add(new Entry(part, "on"));
        }
    }

    private static List<String> split(String text) {
        var parts = new ArrayList<String>();
        var part = new StringBuilder();
        for (var at = 0; at < text.length(); at++) {
            if (text.charAt(at) != ',') {
                part.append(text.charAt(at));
            } else if (text.startsWith(",", at + 1)) {
                part.append(',');
                at++;
            } else {
                parts.add(part.toString());
                part.setLength(0);
            }
        }
        if (!part.isEmpty()) {
            parts.add(part.toString());
        }
        return parts;
    }

    /**
     * The lists of several {@code -o} as one.
     *
     * @throws Failure if one of them begins or ends with a comma, or has two in a row
     */
    static Optional<String> join(List<String> lists) throws Failure {
        for (var list : lists) {
            if (!isWhole(list)) {
                throw Failure.of("Invalid option list: %s".formatted(list));
            }
        }
        return lists.isEmpty() ? Optional.empty() : Optional.of(String.join(",", lists));
    }

    private static boolean isWhole(String list) {
        var trailing = list.length();
        while (trailing > 0 && list.charAt(trailing - 1) == ',') {
            trailing--;
        }
        return (list.length() - trailing) % 2 == 0
                && split(list).stream().noneMatch(part -> part.isEmpty() || part.startsWith(","));
    }

    /** Whether help is asked for instead of anything else. */
    static boolean asksForHelp(String list) {
        return split(list).stream().anyMatch(part -> "help".equals(part) || "?".equals(part));
    }

    List<Entry> entries() {
        return entries;
    }

    /** The value that was given last. */
    Optional<String> get(String key) {
        return entries.reversed().stream()
                .filter(entry -> entry.key.equals(key))
                .map(Entry::value)
                .findFirst();
    }

    /** Adds an entry after the others. */
    void put(String key, String value) {
        entries.add(new Entry(key, value));
    }

    /** What a switch is set to. */
    static boolean flag(String key, String value) throws Failure {
        return switch (value.toLowerCase(Locale.ROOT).equals(value) ? value : "") {
            case "on", "yes", "true", "y" -> true;
            case "off", "no", "false", "n" -> false;
            default -> throw Failure.of("Parameter '%s' expects 'on' or 'off'".formatted(key));
        };
    }
}
