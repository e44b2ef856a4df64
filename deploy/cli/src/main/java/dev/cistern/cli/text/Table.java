package dev.cistern.cli.text;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows under headings, laid out as virsh does: one space before, three between, left-aligned. */
public final class Table {
    private static final int GAP = 3;

    private final String[] headings;
    private final List<String[]> rows = new ArrayList<>();

    /** A table without rows. */
    public Table(String... headings) {
        this.headings = headings.clone();
    }

    /** Adds a row; it has as many cells as there are headings. */
    public void row(String... cells) {
        if (cells.length != headings.length) {
            throw new IllegalArgumentException(
                    "%d cells under %d headings".formatted(cells.length, headings.length));
        }
        rows.add(Arrays.stream(cells).map(Printable::of).toArray(String[]::new));
    }

    /** Writes headings, their rule and the rows. */
    public void print(PrintWriter out) {
        var widths = widths();
        out.println(line(headings, widths));
        out.println("-".repeat(Arrays.stream(widths).map(width -> width + GAP).sum()));
        rows.forEach(row -> out.println(line(row, widths)));
    }

    private int[] widths() {
        var widths = Arrays.stream(headings).mapToInt(Table::width).toArray();
        for (var row : rows) {
            for (var column = 0; column < row.length; column++) {
                widths[column] = Math.max(widths[column], width(row[column]));
            }
        }
        return widths;
    }

    private static String line(String[] cells, int[] widths) {
        var line = new StringBuilder();
        for (var column = 0; column < cells.length; column++) {
            line.append(column == 0 ? " " : " ".repeat(GAP))
                    .append(cells[column])
                    .append(" ".repeat(widths[column] - width(cells[column])));
        }
        return line.toString().stripTrailing();
    }

    private static int width(String cell) {
        return Printable.columns(cell);
    }
}
