package dev.cistern.cli.text;

import java.util.stream.Collectors;

/** Text from outside, made safe for a terminal: names of files may hold escape sequences. */
public final class Printable {
    private Printable() {}

    /**
     * The text with every control, invisible and direction-changing character as an escape, such as
     * {@code \x1b} for ESC.
     */
    public static String of(String text) {
        return text.codePoints().noneMatch(Printable::isUnsafe)
                ? text
                : text.codePoints()
                        .mapToObj(
                                character ->
                                        isUnsafe(character)
                                                ? escape(character)
                                                : Character.toString(character))
                        .collect(Collectors.joining());
    }

    /** How many columns of a terminal the text takes, if it is safe. */
    static int columns(String text) {
        return text.codePoints().map(Printable::columns).sum();
    }

    private static int columns(int character) {
        return switch (Character.getType(character)) {
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK -> 0;
            default -> isWide(character) ? 2 : 1;
        };
    }

    /** What East Asian Width (Unicode, Annex 11) calls wide, as far as names hold it. */
    private static boolean isWide(int character) {
        return Character.isIdeographic(character)
                || Character.isEmojiPresentation(character)
                || (character >= 0x1100 && character <= 0x115f)
                || (character >= 0x3000 && character <= 0x33ff)
                || (character >= 0xac00 && character <= 0xd7a3)
                || (character >= 0xff00 && character <= 0xff60);
    }

    static boolean isUnsafe(int character) {
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

    private static String escape(int character) {
        return (character <= 0xff ? "\\x%02x" : character <= 0xffff ? "\\u%04x" : "\\U%08x")
                .formatted(character);
    }
}
