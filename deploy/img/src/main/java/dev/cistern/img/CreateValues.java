package dev.cistern.img;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The values of the options for a new image. */
final class CreateValues {
    private final List<CreateOption> known;
    private final Map<String, String> values = new LinkedHashMap<>();

    CreateValues(List<CreateOption> known) {
        this.known = known;
    }

    /** Takes the values of a list. */
    void takeAll(OptionList list) throws Failure {
        for (var entry : list.entries()) {
            var option =
                    CreateOption.find(known, entry.key())
                            .orElseThrow(
                                    () ->
                                            Failure.of(
                                                    "Invalid parameter '%s'"
                                                            .formatted(entry.key())));
            values.put(entry.key(), option.normalised(entry.value()));
        }
    }

    /** Whether there is such an option. */
    boolean knows(String name) {
        return CreateOption.find(known, name).isPresent();
    }

    void put(String name, String value) {
        values.put(name, value);
    }

    Optional<String> given(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /** What was given, or else what is usual. */
    String get(String name) {
        return given(name).orElseGet(() -> CreateOption.find(known, name).orElseThrow().usual());
    }

    boolean flag(String name) throws Failure {
        return OptionList.flag(name, given(name).orElse("off"));
    }

    /** All that were given or are usual, as QEMU tells them. */
    String told() {
        var text = new StringBuilder();
        for (var option : known) {
            var value = get(option.name());
            if (!value.isEmpty()) {
                text.append(' ').append(option.name()).append('=').append(value.replace(",", ",,"));
            }
        }
        return text.toString();
    }
}
