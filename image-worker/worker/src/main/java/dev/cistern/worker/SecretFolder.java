package dev.cistern.worker;

import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.Secret;
import dev.cistern.worker.command.Passphrases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The passphrases of encrypted images, each in a file of its own that is called as its secret, in
 * one folder of the worker's node. The file's bytes are the passphrase, as with QEMU: a line break
 * at its end is a part of it.
 *
 * <p>A file may be a symbolic link within the folder, as Kubernetes makes them.
 */
public final class SecretFolder implements Passphrases {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
    private static final int LONGEST = 4096;
    private static final Set<PosixFilePermission> OF_OTHERS =
            EnumSet.of(
                    PosixFilePermission.GROUP_WRITE,
                    PosixFilePermission.OTHERS_READ,
                    PosixFilePermission.OTHERS_WRITE,
                    PosixFilePermission.OTHERS_EXECUTE);

    private final Optional<Path> folder;
    private final Duration trialTime;

    /** The folder, which need not be there; empty if there is none. */
    public SecretFolder(Optional<Path> folder, Duration trialTime) {
        this.folder = folder;
        this.trialTime = trialTime;
    }

    @Override
    public Duration trialTime() {
        return trialTime;
    }

    @Override
    public Secret open(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST,
                    "a secret is not called '%s': it has letters, digits, dots, dashes and underscores, at most 128, and begins with a letter or a digit"
                            .formatted(printable(name)));
        }
        var place =
                folder.orElseThrow(
                        () ->
                                unavailable(
                                        name,
                                        "the worker has no folder of secrets: set cistern.worker.secrets"));
        try {
            return read(name, place);
        } catch (NoSuchFileException _) {
            throw unavailable(
                    name,
                    "the worker has no file %s: put the passphrase there, readable by the worker alone"
                            .formatted(place.resolve(name)));
        } catch (IOException e) {
            throw unavailable(name, "it cannot be read: " + e.getMessage());
        }
    }

    private static Secret read(String name, Path folder) throws IOException {
        var file = folder.resolve(name).toRealPath();
        if (!file.startsWith(folder.toRealPath())) {
            throw unavailable(name, "its file is a link that leaves the folder of secrets");
        }
        var attributes = Files.readAttributes(file, PosixFileAttributes.class);
        if (!attributes.isRegularFile() || attributes.size() == 0 || attributes.size() > LONGEST) {
            throw unavailable(
                    name, "%s is no ordinary file of 1 to %d bytes".formatted(file, LONGEST));
        }
        if (attributes.permissions().stream().anyMatch(OF_OTHERS::contains)) {
            throw unavailable(
                    name, "others may read or change %s: give it the mode 0600".formatted(file));
        }
        if (owner(file) != 0 && owner(file) != owner(Path.of("/proc/self"))) {
            throw unavailable(
                    name,
                    "%s is another user's: it has to be root's or the worker's".formatted(file));
        }
        var bytes = Files.readAllBytes(file);
        try {
            return Secret.of(bytes);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private static int owner(Path file) throws IOException {
        return (Integer) Files.getAttribute(file, "unix:uid");
    }

    private static String printable(String name) {
        var text = name.replaceAll("\\p{Cntrl}", "?");
        return text.length() > LONGEST / 32 ? text.substring(0, LONGEST / 32) + "…" : text;
    }

    private static ProblemException unavailable(String name, String why) {
        return new ProblemException(
                ProblemCode.SECRET_UNAVAILABLE, "secret '%s': %s".formatted(name, why));
    }
}
