package dev.cistern.cli.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

final class TableTest {
    @Test
    void isLaidOutAsVirshDoes() {
        var table = new Table("Name", "State", "Autostart");
        table.row("default-pool", "active", "no");

        assertThat(printed(table).lines())
                .containsExactly(
                        " Name           State    Autostart",
                        "------------------------------------",
                        " default-pool   active   no");
    }

    @Test
    void hasHeadingsWithoutRows() {
        assertThat(printed(new Table("Name", "Path")).lines())
                .containsExactly(" Name   Path", "--------------");
    }

    @Test
    void cellsCannotBreakOut() {
        var table = new Table("Name");
        table.row("a\nb\u001b[2J");

        assertThat(printed(table).lines()).hasSize(3).last().isEqualTo(" a\\x0ab\\x1b[2J");
    }

    @Test
    void aRowHasACellForEachHeading() {
        assertThatThrownBy(() -> new Table("Name", "Path").row("a"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static String printed(Table table) {
        var out = new StringWriter();
        table.print(new PrintWriter(out, true));
        return out.toString();
    }
}
