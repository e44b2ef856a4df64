package dev.cistern.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.text.Table;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Writes lists, for people or for programs. */
public final class Listing {

    /** Where the items come from. */
    @FunctionalInterface
    public interface Source {
        /** The next one, or null at the end. */
        @Nullable JsonNode next() throws Failure;
    }

    private Listing() {}

    /** Writes all items: as they are for programs, as a row each for people. */
    public static void print(
            Session session, Source items, Table table, Function<JsonNode, String[]> row)
            throws Failure {
        var array = new ArrayOutput(session.out());
        for (var item = items.next(); item != null; item = items.next()) {
            if (session.json()) {
                array.add(item);
            } else {
                table.row(row.apply(item));
            }
        }
        if (session.json()) {
            array.end();
        } else {
            table.print(session.out());
        }
    }
}
