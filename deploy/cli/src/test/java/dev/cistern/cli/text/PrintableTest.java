package dev.cistern.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PrintableTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "web1.qcow2", "a b", "bücher", "数据库", "💩", "e\u0301", "\\x1b"})
    void leavesWhatIsHarmless(String text) {
        assertThat(Printable.of(text)).isEqualTo(text);
    }

    @Test
    void escapesControls() {
        assertThat(Printable.of("a\u001b[31m\u0000\u007f\u009b\n\r\t"))
                .isEqualTo("a\\x1b[31m\\x00\\x7f\\x9b\\x0a\\x0d\\x09");
    }

    @Test
    void escapesWhatChangesDirectionOrIsInvisible() {
        assertThat(Printable.of("a\u202eb\u200bc\u2028d\ufeffe\ud800f"))
                .isEqualTo("a\\u202eb\\u200bc\\u2028d\\ufeffe\\ud800f");
        assertThat(Printable.of(Character.toString(0xe0001))).isEqualTo("\\U000e0001");
    }

    @Test
    void everyCharacterIsHarmlessAfterwards() {
        for (var character = 0; character <= Character.MAX_CODE_POINT; character++) {
            assertThat(
                            Printable.of(Character.toString(character))
                                    .codePoints()
                                    .noneMatch(Printable::isUnsafe))
                    .isTrue();
        }
    }

    @Test
    void countsColumns() {
        assertThat(Printable.columns("abc")).isEqualTo(3);
        assertThat(Printable.columns("数据库")).isEqualTo(6);
        assertThat(Printable.columns("e\u0301")).isEqualTo(1);
        assertThat(Printable.columns("💩")).isEqualTo(2);
    }
}
