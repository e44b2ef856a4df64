package dev.cistern.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** A compose file as it is read where no variable is set. */
record Compose(Map<String, Object> content) {
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{[A-Z_]+:-([^}]*)}");

    /** One of its services. */
    record Service(Map<String, Object> content) {
        Set<String> keys() {
            return content.keySet();
        }

        String text(String key) {
            return String.valueOf(content.get(key));
        }

        /** Empty where it is absent. */
        List<String> list(String key) {
            return content.get(key) instanceof List<?> list
                    ? list.stream().map(String::valueOf).toList()
                    : List.of();
        }

        /** Empty where it is absent. */
        Map<String, Object> map(String key) {
            return Compose.map(content, key);
        }
    }

    static Compose read(Path file) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        try {
            String text = VARIABLE.matcher(Files.readString(file)).replaceAll("$1");
            return new Compose(new Yaml(new SafeConstructor(options)).load(text));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Set<String> services() {
        return map(content, "services").keySet();
    }

    Service service(String name) {
        return new Service(map(map(content, "services"), name));
    }

    Set<String> volumes() {
        return map(content, "volumes").keySet();
    }

    @SuppressWarnings("unchecked") // YAML's maps here have texts as keys
    static Map<String, Object> map(Map<String, Object> parent, String key) {
        return parent.get(key) instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
    }
}
