package dev.cistern.cli.command;

import dev.cistern.cli.http.Failure;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A file that a verb reads. */
public final class InputFile {
    private static final String STANDARD_INPUT = "-";

    private InputFile() {}

    /**
     * Its content.
     *
     * @param file by its path; {@code -} is standard input
     * @throws Failure if it cannot be read
     */
    public static byte[] content(Session session, String file) throws Failure {
        try {
            return file.equals(STANDARD_INPUT)
                    ? session.surroundings().in().readAllBytes()
                    : Files.readAllBytes(Path.of(file));
        } catch (NoSuchFileException _) {
            throw new Failure.Local("there is no file '%s'".formatted(file));
        } catch (AccessDeniedException _) {
            throw new Failure.Local("the file '%s' may not be read".formatted(file));
        } catch (IOException | InvalidPathException e) {
            throw new Failure.Local("cannot read '%s': %s".formatted(file, e.getMessage()));
        }
    }
}
