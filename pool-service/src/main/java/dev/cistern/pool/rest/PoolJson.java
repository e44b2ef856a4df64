package dev.cistern.pool.rest;

import dev.cistern.common.message.Permissions;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.pool.PoolDefinition;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A definition as JSON.
 *
 * @param mode octal, as in chmod
 */
public record PoolJson(
        @Nullable UUID id,
        @Nullable String name,
        @Nullable String type,
        @Nullable String path,
        @Nullable String node,
        @Nullable String mode,
        @Nullable Integer owner,
        @Nullable Integer group,
        @Nullable String label,
        @Nullable Boolean autostart,
        @Nullable Double overcommit,
        @Nullable Long limit) {
    PoolDefinition definition() {
        return new PoolDefinition(
                id,
                required("name", name),
                type == null ? PoolDefinition.DIR : type,
                path == null ? "" : path,
                node,
                permissions(),
                label,
                autostart != null && autostart,
                overcommit == null ? PoolDefinition.DEFAULT_OVERCOMMIT : overcommit,
                limit,
                null);
    }

    private static String required(String field, @Nullable String value) {
        if (value == null) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST, "the field '%s' is absent".formatted(field));
        }
        return value;
    }

    private Permissions permissions() {
        var fallback = Permissions.POOL_DEFAULT;
        return new Permissions(
                owner == null ? fallback.owner() : owner,
                group == null ? fallback.group() : group,
                mode == null ? fallback.mode() : octal(mode));
    }

    private static int octal(String mode) {
        try {
            return Integer.parseInt(mode, 8);
        } catch (NumberFormatException _) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST,
                    "mode is '%s', not octal digits like 0711".formatted(mode));
        }
    }
}
