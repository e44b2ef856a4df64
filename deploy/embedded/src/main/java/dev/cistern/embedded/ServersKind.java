package dev.cistern.embedded;

import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Where the PostgreSQL and the Kafka of tests come from. */
enum ServersKind {
    /** The ones that {@code up} runs, from Maven's jars. */
    EMBEDDED,
    /** Testcontainers. */
    CONTAINERS;

    /** The system property that decides. */
    static final String PROPERTY = "cistern.test.servers";

    /**
     * The kind that is asked for, else containers where there is a Docker daemon.
     *
     * @param asked value of the property
     * @throws IllegalArgumentException if there is no such kind
     */
    static ServersKind of(@Nullable String asked, BooleanSupplier dockerAnswers) {
        if (asked == null || asked.isBlank()) {
            return dockerAnswers.getAsBoolean() ? CONTAINERS : EMBEDDED;
        }
        for (ServersKind kind : values()) {
            if (kind.word().equals(asked)) {
                return kind;
            }
        }
        throw new IllegalArgumentException(
                "-D%s=%s is not known: give embedded or containers, or leave it out"
                        .formatted(PROPERTY, asked));
    }

    /** As it is written in the property. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
