package dev.cistern.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.text.ByteSize;
import java.util.ArrayList;

/** How single values are shown to people. */
public final class Words {
    private Words() {}

    /** A size in human units. */
    public static String size(JsonNode bytes) {
        return new ByteSize(bytes.asLong()).human();
    }

    /** A yes or a no, as virsh says it. */
    public static String yesNo(JsonNode value) {
        return value.asBoolean() ? "yes" : "no";
    }

    /** The values of an array with commas between them. */
    public static String list(JsonNode array) {
        var words = new ArrayList<String>();
        array.forEach(word -> words.add(word.asText()));
        return String.join(", ", words);
    }

    /** The text, or a dash in place of nothing. */
    public static String orDash(String text) {
        return text.isEmpty() ? "-" : text;
    }
}
