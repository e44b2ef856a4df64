package dev.cistern.img;

import dev.cistern.image.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/** What {@code --object secret,…} defines: passphrases by their ids. */
final class SecretObjects {
    private final Map<String, byte[]> byId = new LinkedHashMap<>();

    private SecretObjects() {}

    /** No secrets. */
    static SecretObjects none() {
        return new SecretObjects();
    }

    /** The secrets of a command line. */
    static SecretObjects of(Console console, Options options) throws Failure {
        var secrets = new SecretObjects();
        for (var text : options.all("object")) {
            secrets.add(console, OptionList.parse(text, "qom-type"));
        }
        return secrets;
    }

    private void add(Console console, OptionList object) throws Failure {
        var type = object.get("qom-type");
        if (type.isEmpty()) {
            throw Failure.of("Parameter 'qom-type' is missing");
        }
        if (!"secret".equals(type.get())) {
            throw Failure.of(
                    "Parameter 'qom-type' does not accept value '%s'".formatted(type.get()));
        }
        var id = object.get("id").orElseThrow(() -> Failure.of("Parameter 'id' is missing"));
        byId.put(id, decoded(object.get("format").orElse("raw"), content(console, object)));
    }

    private static byte[] content(Console console, OptionList object) throws Failure {
        var data = object.get("data");
        var file = object.get("file");
        if (data.isPresent() && file.isPresent()) {
            throw Failure.of("'file' and 'data' are mutually exclusive");
        }
        if (data.isPresent()) {
            return data.get().getBytes(StandardCharsets.UTF_8);
        }
        if (file.isEmpty()) {
            throw Failure.of("Either 'file' or 'data' must be provided");
        }
        try {
            return Files.readAllBytes(console.resolve(file.get()));
        } catch (IOException e) {
            throw Failure.of(
                    "Unable to read %s: Failed to open file “%s”: %s"
                            .formatted(file.get(), file.get(), Reasons.of(e)));
        }
    }

    private static byte[] decoded(String format, byte[] content) throws Failure {
        return switch (format) {
            case "raw" -> content;
            case "base64" -> decoded(content);
            default ->
                    throw Failure.of(
                            "Parameter 'format' does not accept value '%s'".formatted(format));
        };
    }

    private static byte[] decoded(byte[] text) throws Failure {
        try {
            return Base64.getMimeDecoder()
                    .decode(requireBase64(new String(text, StandardCharsets.ISO_8859_1)));
        } catch (IllegalArgumentException _) {
            throw Failure.of("Base64 data is not valid");
        }
    }

    private static String requireBase64(String text) throws Failure {
        if (!text.matches("[A-Za-z0-9+/=\\s]*")) {
            throw Failure.of("Base64 data contains invalid characters");
        }
        return text;
    }

    /** A passphrase, which the caller closes. */
    Secret require(String id) throws Failure {
        var bytes = byId.get(id);
        if (bytes == null) {
            throw Failure.of("No secret with id '%s'".formatted(id));
        }
        return Secret.of(bytes);
    }
}
