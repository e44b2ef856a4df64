package dev.cistern.cli.text;

import java.nio.charset.Charset;
import java.util.stream.Collectors;

/** An XML document as it can be written to a terminal or a file. */
public final class XmlText {
    private XmlText() {}

    /**
     * The same document, with references in place of the characters that a terminal would act on or
     * that the character set lacks.
     */
    public static String of(String document, Charset charset) {
        var encoder = charset.newEncoder();
        return document.codePoints()
                .mapToObj(
                        character -> {
                            var text = Character.toString(character);
                            return isLayout(character)
                                            || (!Printable.isUnsafe(character)
                                                    && encoder.canEncode(text))
                                    ? text
                                    : "&#x%x;".formatted(character);
                        })
                .collect(Collectors.joining());
    }

    private static boolean isLayout(int character) {
        return character == '\n' || character == '\r' || character == '\t';
    }
}
