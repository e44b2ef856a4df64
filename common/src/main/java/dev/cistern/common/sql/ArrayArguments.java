package dev.cistern.common.sql;

import java.lang.reflect.Type;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.argument.ArgumentFactory;
import org.jdbi.v3.core.config.ConfigRegistry;
import org.jdbi.v3.core.spi.JdbiPlugin;

/**
 * Binds arrays of {@link Columns} as arrays of PostgreSQL. The driver gets them with the type that
 * their elements have, and then sends texts, numbers and truth values as they are; of an array of
 * objects, which Jdbi would make of them, it writes a text in which every quote of a JSON document
 * is escaped.
 */
public final class ArrayArguments implements JdbiPlugin, ArgumentFactory.Preparable {
    private static final Map<Class<?>, String> TYPES =
            Map.of(
                    String[].class, "text",
                    Long[].class, "bigint",
                    Boolean[].class, "boolean",
                    UUID[].class, "uuid");

    @Override
    public void customizeJdbi(Jdbi jdbi) {
        jdbi.registerArgument(this);
    }

    @Override
    public Optional<Function<Object, Argument>> prepare(Type type, ConfigRegistry config) {
        return type instanceof Class<?> array
                ? Optional.ofNullable(TYPES.get(array))
                        .map(of -> value -> argument(of, (Object[]) value))
                : Optional.empty();
    }

    private static Argument argument(String type, Object[] array) {
        return (position, statement, _) ->
                statement.setArray(position, statement.getConnection().createArrayOf(type, array));
    }
}
