package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.problem.Problem;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.image.ImageException;
import dev.cistern.image.ImageInUseException;
import dev.cistern.image.storage.NoSpaceException;
import dev.cistern.image.storage.ReadOnlyException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.Objects;

/** What went wrong with the storage, in the words of the published language. */
final class Problems {
    private Problems() {}

    /** The problem behind a failure of a command. */
    static Problem of(IOException failure, Command command) {
        var what = "pool folder %s, %s".formatted(command.pool().path(), subject(command));
        var why = Objects.requireNonNullElse(failure.getMessage(), failure.toString());
        return switch (failure) {
            case NoSpaceException _ ->
                    Problem.of(
                            ProblemCode.STORAGE_FULL,
                            what + ": the file system is full (or a quota is): free space on it");
            case ReadOnlyException _ ->
                    Problem.of(
                            ProblemCode.STORAGE_READ_ONLY,
                            what + ": the file system is read-only: mount it for writing");
            case ImageInUseException _ -> Problem.of(ProblemCode.VOLUME_IN_USE, why);
            case ImageException image -> Problem.of(code(image), why);
            case AccessDeniedException _ ->
                    Problem.of(
                            ProblemCode.IO_ERROR,
                            "%s: the worker's user lacks a permission: %s".formatted(what, why));
            default -> Problem.of(ProblemCode.IO_ERROR, what + ": " + why);
        };
    }

    private static ProblemCode code(ImageException failure) {
        return switch (failure) {
            case ImageException.Unsupported _ -> ProblemCode.UNSUPPORTED;
            case ImageException.OutOfRange _ -> ProblemCode.INVALID_REQUEST;
            case ImageException.Locked _ -> ProblemCode.SECRET_UNAVAILABLE;
            case ImageException _ -> ProblemCode.IO_ERROR;
        };
    }

    private static String subject(Command command) {
        return switch (command) {
            case Command.CreateVolume create -> "file " + create.name();
            case Command.CloneVolume clone -> "file " + clone.name();
            case Command.AdoptFile adopt -> "file " + adopt.name();
            case Command.DeleteVolume delete -> "file " + delete.name();
            case Command.LookAtFile look -> "file " + look.name();
            case Command.PurgeLeftover purge -> "leftover " + purge.name();
            case Command.OnImage onImage -> "file " + onImage.image().name();
            case Command.Settle settle -> subject(settle.command());
            case Command.BuildPool _,
                    Command.StartPool _,
                    Command.StopPool _,
                    Command.ReleasePool _,
                    Command.DeletePool _,
                    Command.ScanPool _ ->
                    command.kind();
        };
    }

    /** Whether a failure is put into the journal: not when the folder is not ours to write to. */
    static boolean remembered(Problem problem) {
        return problem.code() != ProblemCode.POOL_INACCESSIBLE
                && problem.code() != ProblemCode.POOL_FOREIGN;
    }
}
