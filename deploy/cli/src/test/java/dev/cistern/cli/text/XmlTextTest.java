package dev.cistern.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class XmlTextTest {
    @Test
    void leavesLayoutAndLetters() {
        var text = "<a>\r\n\tbücher 💩</a>";

        assertThat(XmlText.of(text, StandardCharsets.UTF_8)).isEqualTo(text);
    }

    @Test
    void refersToWhatTheCharacterSetLacks() {
        assertThat(XmlText.of("<a>ü💩</a>", StandardCharsets.US_ASCII))
                .isEqualTo("<a>&#xfc;&#x1f4a9;</a>");
    }

    @Test
    void refersToWhatATerminalWouldActOn() {
        assertThat(XmlText.of("\u009b2J\u202e", StandardCharsets.UTF_8))
                .isEqualTo("&#x9b;2J&#x202e;");
    }
}
