package dev.cistern.cli.text;

/** Text from outside, made safe for a terminal: names of files may hold escape sequences. */
public final class Printable {
    private Printable() {}

    /** The text with every control and direction-changing character replaced by {@code ?}. */
    public static String of(String text) {
        return text.codePoints().noneMatch(Printable::isUnsafe)
                ? text
                : text.codePoints()
                        .map(character -> isUnsafe(character) ? '?' : character)
                        .collect(
                                StringBuilder::new,
                                StringBuilder::appendCodePoint,
                                StringBuilder::append)
                        .toString();
    }

    private static boolean isUnsafe(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    true;
            default -> false;
        };
    }
}
