package dev.cistern.pool.rest;

import dev.cistern.common.message.Permissions;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.pool.PoolDefinition;
import dev.cistern.pool.PoolSource;
import dev.cistern.pool.SpaceRules;
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
        @Nullable PoolSource source,
        @Nullable String node,
        @Nullable String mode,
        @Nullable Integer owner,
        @Nullable Integer group,
        @Nullable String label,
        @Nullable Boolean autostart,
        @Nullable Double overcommit,
        @Nullable Long limit,
        @Nullable Long reserve,
        @Nullable Long lowSpace) {
    PoolDefinition definition() {
        return new PoolDefinition(
                id,
                required("name", name),
                type == null ? PoolDefinition.DIR : type,
                path == null ? "" : path,
                source == null ? PoolSource.NONE : source,
                node,
                permissions(),
                label,
                autostart != null && autostart,
                space(),
                null);
    }

    private static String required(String field, @Nullable String value) {
        if (value == null) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST, "the field '%s' is absent".formatted(field));
        }
        return value;
    }

    private SpaceRules space() {
        var fallback = SpaceRules.DEFAULT;
        return new SpaceRules(
                overcommit == null ? fallback.overcommit() : overcommit,
                limit,
                reserve == null ? fallback.reserve() : reserve,
                lowSpace == null ? fallback.lowSpace() : lowSpace);
    }

    private Permissions permissions() {
        var fallback = Permissions.POOL_DEFAULT;
        return new Permissions(
                owner == null ? fallback.owner() : owner,
                group == null ? fallback.group() : group,
                mode == null ? fallback.mode() : octal(mode));
    }

    private static int octal(String mode) {
        if (!mode.matches("[0-7]{1,5}")) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST,
                    "mode is '%s', not octal digits like 0711".formatted(mode));
        }
        return Integer.parseInt(mode, 8);
    }
}
