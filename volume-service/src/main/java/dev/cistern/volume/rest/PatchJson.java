package dev.cistern.volume.rest;

import dev.cistern.volume.VolumePatch;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A change of what is said of a volume, as JSON merge patch (RFC 7396).
 *
 * @param labels null as a value takes the label off
 * @param encryption of which the name of the secret can be said
 */
public record PatchJson(
        @Nullable String name,
        @Nullable Map<String, @Nullable String> labels,
        @Nullable String description,
        @Nullable Encryption encryption) {
    /**
     * What is said of a volume's encryption.
     *
     * @param secret null if none is known
     */
    public record Encryption(@Nullable String secret) {}

    VolumePatch patch() {
        var changed = new HashMap<String, Optional<String>>();
        if (labels != null) {
            labels.forEach((key, value) -> changed.put(key, Optional.ofNullable(value)));
        }
        return new VolumePatch(name, changed, description, secret());
    }

    /** Null to keep it, empty for none. */
    private @Nullable String secret() {
        return encryption == null ? null : Objects.requireNonNullElse(encryption.secret(), "");
    }
}
