package dev.cistern.volume;

import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is to be otherwise with a volume.
 *
 * @param name its new name; null to keep it
 * @param labels to be set, or to be taken off where there is no value; those not named stay
 * @param description in words, empty for none; null to keep it
 * @param secret name of the one that opens its encrypted content, empty for none; null to keep it
 */
public record VolumePatch(
        @Nullable String name,
        Map<String, Optional<String>> labels,
        @Nullable String description,
        @Nullable String secret) {
    private static final Pattern KEY =
            Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._/-]{0,61}[A-Za-z0-9])?");
    private static final int LONGEST_VALUE = 255;
    private static final int MOST_LABELS = 64;
    private static final int LONGEST_DESCRIPTION = 4096;

    /** Refuses what cannot be said of a volume, with the reason. */
    public VolumePatch {
        if (name != null) {
            VolumeRequest.requireName(name);
        }
        labels = Map.copyOf(labels);
        labels.keySet().forEach(VolumePatch::requireKey);
        labels.forEach((key, value) -> value.ifPresent(text -> requireValue(key, text)));
        if (description != null) {
            requireText("the description", description, LONGEST_DESCRIPTION);
        }
        if (secret != null && !secret.isEmpty()) {
            CreationRules.requireSecret(secret);
        }
    }

    /**
     * Refuses what cannot be the key of a label.
     *
     * @throws ProblemException with the reason
     */
    public static void requireKey(String key) {
        if (!KEY.matcher(key).matches()) {
            throw refused(
                    "'%s' cannot be a label: they have 1 to 63 letters, digits and inside of these . _ / -"
                            .formatted(key));
        }
    }

    /**
     * Refuses what cannot be the value of a label.
     *
     * @throws ProblemException with the reason
     */
    public static void requireValue(String key, String value) {
        requireText("label " + key, value, LONGEST_VALUE);
    }

    private static void requireText(String what, String text, int longest) {
        if (text.length() > longest) {
            throw refused(
                    "%s has %d characters; at most %d are kept"
                            .formatted(what, text.length(), longest));
        }
        if (text.indexOf('\0') >= 0 || !StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw refused(what + " is not Unicode text without NULs");
        }
    }

    private static ProblemException refused(String detail) {
        return new ProblemException(ProblemCode.INVALID_REQUEST, detail);
    }

    /** Whether more than the name is to be otherwise. */
    public boolean describes() {
        return !labels.isEmpty() || description != null || secret != null;
    }

    /**
     * The labels that a volume has then.
     *
     * @throws ProblemException if they are too many
     */
    public Map<String, String> labelsOf(Volume volume) {
        var all = new HashMap<>(volume.labels());
        labels.forEach(
                (key, value) -> {
                    if (value.isPresent()) {
                        all.put(key, value.get());
                    } else {
                        all.remove(key);
                    }
                });
        if (all.size() > MOST_LABELS) {
            throw refused("a volume has at most %d labels".formatted(MOST_LABELS));
        }
        return new TreeMap<>(all);
    }

    /** The description that a volume has then. */
    public String descriptionOf(Volume volume) {
        return description == null ? volume.description() : description;
    }

    /**
     * The name of the secret that a volume has then; null for none.
     *
     * @throws ProblemException if its content needs none
     */
    public @Nullable String secretOf(Volume volume) {
        var encryption = volume.encryption();
        if (secret == null) {
            return encryption == null ? null : encryption.secret();
        }
        if (encryption == null) {
            throw refused(
                    "volume '%s' is not encrypted: no secret opens it".formatted(volume.name()));
        }
        return secret.isEmpty() ? null : secret;
    }
}
