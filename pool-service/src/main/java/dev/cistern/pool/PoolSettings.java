package dev.cistern.pool;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What users may change of a pool in whatever state it is; null leaves a setting alone.
 *
 * @param limit 0 takes the limit off
 * @see SpaceRules
 */
public record PoolSettings(
        @Nullable Boolean autostart,
        @Nullable Double overcommit,
        @Nullable Long limit,
        @Nullable Long reserve,
        @Nullable Long lowSpace) {

    /** The rules with the changes. */
    SpaceRules over(SpaceRules rules) {
        return new SpaceRules(
                Objects.requireNonNullElse(overcommit, rules.overcommit()),
                limit == null ? rules.limit() : limit == 0 ? null : limit,
                Objects.requireNonNullElse(reserve, rules.reserve()),
                Objects.requireNonNullElse(lowSpace, rules.lowSpace()));
    }
}
