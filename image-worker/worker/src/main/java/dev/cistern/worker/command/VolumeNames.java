package dev.cistern.worker.command;

import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import org.jspecify.annotations.Nullable;

/** Names that a volume's file may have; services check them too. */
final class VolumeNames {
    private static final int MAX_BYTES = 255;

    private VolumeNames() {}

    /**
     * Checks a name.
     *
     * @throws ProblemException if it could leave the pool's folder, hide in it, or be no name at
     *     all
     */
    static void require(String name) {
        var fault = fault(name);
        if (fault != null) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST,
                    "a volume cannot be named \"%s\": %s".formatted(printable(name), fault));
        }
    }

    private static @Nullable String fault(String name) {
        if (name.isEmpty()) {
            return "the name is empty";
        }
        if (name.startsWith(".")) {
            return "it begins with a dot, as hidden files do";
        }
        if (name.indexOf('/') >= 0) {
            return "it has a slash";
        }
        if (name.chars().anyMatch(Character::isISOControl)) {
            return "it has control characters";
        }
        if (name.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            return "it is longer than %d bytes".formatted(MAX_BYTES);
        }
        return null;
    }

    /** The name, without its folder, of a file that is in the way. */
    static String last(FileAlreadyExistsException failure) {
        var path = String.valueOf(failure.getFile());
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static String printable(String name) {
        var text = name.replaceAll("\\p{Cntrl}", "?");
        return text.length() > MAX_BYTES ? text.substring(0, MAX_BYTES) + "…" : text;
    }
}
