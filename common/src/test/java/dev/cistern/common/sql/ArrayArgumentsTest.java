package dev.cistern.common.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.testing.Database;
import java.lang.reflect.Type;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.argument.Arguments;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ArrayArgumentsTest {
    private final Database database = Database.create();

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void textsArriveAsTheyAre() {
        var texts =
                new @Nullable String[] {
                    "{\"quoted\": \"\\\\\"}", "a,b", "{}", "NULL", null, "", "ß \uD83D\uDE00", " x "
                };

        assertThat(rows("select * from unnest(:all)", texts, String.class)).containsExactly(texts);
    }

    @Test
    void numbersArriveAsTheyAre() {
        var numbers = new @Nullable Long[] {0L, Long.MIN_VALUE, null, Long.MAX_VALUE};

        assertThat(rows("select * from unnest(:all)", numbers, Long.class))
                .containsExactly(numbers);
    }

    @Test
    void truthArrivesAsItIs() {
        var values = new Boolean[] {true, false};

        assertThat(rows("select * from unnest(:all)", values, Boolean.class))
                .containsExactly(values);
    }

    @Test
    void idsArriveAsTheyAre() {
        var ids = new @Nullable UUID[] {UUID.randomUUID(), null};

        assertThat(rows("select * from unnest(:all)", ids, UUID.class)).containsExactly(ids);
    }

    @Test
    void anEmptyArrayHasNoRows() {
        assertThat(rows("select * from unnest(:all)", new String[0], String.class)).isEmpty();
    }

    /** Jdbi has an argument of its own for each of these, by which texts would be escaped. */
    @Test
    void itsArgumentsComeBeforeThoseOfJdbi() {
        var arguments = database.jdbi().getConfig(Arguments.class);

        for (Type type : List.of(String[].class, Long[].class, Boolean[].class, UUID[].class)) {
            var argument =
                    arguments
                            .prepareFor(type)
                            .orElseThrow()
                            .apply(java.lang.reflect.Array.newInstance(componentOf(type), 0));
            assertThat(argument.getClass().getName()).startsWith(ArrayArguments.class.getName());
        }
    }

    private static Class<?> componentOf(Type array) {
        return ((Class<?>) array).getComponentType();
    }

    private <T> List<T> rows(String query, Object array, Class<T> type) {
        return database.jdbi()
                .withHandle(
                        handle -> handle.createQuery(query).bind("all", array).mapTo(type).list());
    }
}
