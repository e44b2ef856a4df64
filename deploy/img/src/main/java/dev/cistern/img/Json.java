package dev.cistern.img;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Values as QEMU prints them. Its objects have their members in the order of a hash table, which
 * the members that are known keep here too, so that what compares texts finds no difference.
 */
final class Json {
    private static final List<String> ORDER =
            List.of(
                    "ivgen-alg",
                    "compat",
                    "icount",
                    "flags",
                    "vm-clock-nsec",
                    "image-end-offset",
                    "name",
                    "active",
                    "compressed-clusters",
                    "hash-alg",
                    "iters",
                    "compression-type",
                    "compressed",
                    "cid",
                    "lazy-refcounts",
                    "date-sec",
                    "bitmaps",
                    "cipher-alg",
                    "refcount-bits",
                    "parent-cid",
                    "uuid",
                    "total-clusters",
                    "corruptions",
                    "data-file",
                    "ivgen-hash-alg",
                    "corruptions-fixed",
                    "check-errors",
                    "backing-filename-format",
                    "date-nsec",
                    "granularity",
                    "required",
                    "leaks",
                    "create-type",
                    "snapshots",
                    "key-offset",
                    "leaks-fixed",
                    "allocated-clusters",
                    "virtual-size",
                    "filename",
                    "cluster-size",
                    "fully-allocated",
                    "format",
                    "encrypt",
                    "actual-size",
                    "format-specific",
                    "data-file-raw",
                    "full-backing-filename",
                    "cipher-mode",
                    "stripes",
                    "slots",
                    "vm-clock-sec",
                    "payload-offset",
                    "encrypted",
                    "type",
                    "extents",
                    "master-key-iters",
                    "backing-filename",
                    "corrupt",
                    "fragmented-clusters",
                    "id",
                    "vm-state-size",
                    "dirty-flag",
                    "extended-l2",
                    "data");

    private static final int INDENT = 4;
    private static final Comparator<String> AS_QEMU = Comparator.comparingInt(ORDER::indexOf);

    private Json() {}

    /** An object under construction, a map from names to values. */
    static final class Members {
        private final Map<String, Object> values = new LinkedHashMap<>();

        /** Adds a member: a text, number, truth value, list or other members. */
        Members put(String name, Object value) {
            values.put(name, value);
            return this;
        }

        private List<String> names() {
            return values.keySet().stream().sorted(AS_QEMU).toList();
        }

        private Object value(String name) {
            return Objects.requireNonNull(values.get(name));
        }

        /** Adds a member unless it is 0. */
        Members putUnlessZero(String name, long value) {
            return value == 0 ? this : put(name, value);
        }
    }

    /** Members as {@code key: value} lines, indented as those of an image's format are. */
    static String human(Members members) {
        var text = new StringBuilder();
        appendHuman(text, members, 1);
        return text.toString();
    }

    private static void appendHuman(StringBuilder text, Object value, int depth) {
        switch (value) {
            case Members members -> {
                for (var name : members.names()) {
                    appendHuman(text, name.replace('-', ' '), members.value(name), depth);
                }
            }
            case List<?> list -> {
                for (var at = 0; at < list.size(); at++) {
                    appendHuman(text, "[%d]".formatted(at), list.get(at), depth);
                }
            }
            default -> text.append(value);
        }
    }

    private static void appendHuman(StringBuilder text, String key, Object value, int depth) {
        text.repeat(' ', depth * INDENT).append(key).append(':');
        if (value instanceof Members || value instanceof List) {
            text.append('\n');
            appendHuman(text, value, depth + 1);
        } else {
            text.append(' ').append(value).append('\n');
        }
    }

    /** A value over several lines, without the last line's end. */
    static String pretty(Object value) {
        var text = new StringBuilder();
        append(text, value, 0);
        return text.toString();
    }

    private static void append(StringBuilder text, Object value, int depth) {
        switch (value) {
            case Members members -> appendMembers(text, members, depth);
            case List<?> list -> appendList(text, list, depth);
            case String string -> appendText(text, string);
            default -> text.append(value);
        }
    }

    private static void appendMembers(StringBuilder text, Members members, int depth) {
        text.append('{');
        var separator = "";
        for (var name : members.names()) {
            text.append(separator);
            newLine(text, depth + 1);
            appendText(text, name);
            text.append(": ");
            append(text, members.value(name), depth + 1);
            separator = ",";
        }
        newLine(text, depth);
        text.append('}');
    }

    private static void appendList(StringBuilder text, List<?> list, int depth) {
        text.append('[');
        var separator = "";
        for (Object item : list) {
            text.append(separator);
            newLine(text, depth + 1);
            append(text, item, depth + 1);
            separator = ",";
        }
        newLine(text, depth);
        text.append(']');
    }

    private static void newLine(StringBuilder text, int depth) {
        text.append('\n').repeat(' ', depth * INDENT);
    }

    /** QEMU writes what is not ASCII as escapes. */
    static void appendText(StringBuilder text, String value) {
        text.append('"');
        for (var at = 0; at < value.length(); at++) {
            var letter = value.charAt(at);
            switch (letter) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\b' -> text.append("\\b");
                case '\f' -> text.append("\\f");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    if (letter < ' ' || letter > '~') {
                        text.append("\\u%04X".formatted((int) letter));
                    } else {
                        text.append(letter);
                    }
                }
            }
        }
        text.append('"');
    }
}
