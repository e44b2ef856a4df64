package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.storage.FileStatus;
import dev.cistern.worker.execution.DroppedException;
import dev.cistern.worker.folder.JournalEntry.FileRef;
import dev.cistern.worker.folder.JournalEntry.Intent;
import dev.cistern.worker.folder.Trash;
import dev.cistern.worker.folder.VolumeRecord;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Has a file as a volume's: one that took the place of the volume's own, or one that was put aside
 * and is brought back by a rename. What is in it stays as it is.
 */
final class AdoptFile implements VolumeHandler<Command.AdoptFile> {

    @Override
    public List<String> crashPoints() {
        return List.of("intent", "publish");
    }

    @Override
    public Result apply(Command.AdoptFile command, VolumeWork volume) throws IOException {
        VolumeNames.require(command.name());
        volume.work().stage("adopting");
        volume.withdraw(volume.work().attempt());
        if (!volume.hasPublished()) {
            adopt(command, volume);
        }
        return finish(command, volume);
    }

    @Override
    public @Nullable Result settle(Command.AdoptFile command, VolumeWork volume)
            throws IOException {
        volume.withdraw(Integer.MAX_VALUE);
        return volume.hasPublished() ? finish(command, volume) : null;
    }

    private static void adopt(Command.AdoptFile command, VolumeWork volume) throws IOException {
        var pool = volume.pool();
        var kept = command.kept();
        requireSame(
                command,
                kept == null ? pool.files().status(command.name()) : pool.trash().kept(kept));
        if (kept != null && pool.files().status(command.name()).isPresent()) {
            throw exists(command, command.name());
        }
        var owner = owner(command);
        try (var extents =
                owner.isEmpty() ? null : pool.trash().keptExtents(owner.get()).orElse(null)) {
            if (extents == null) {
                adoptOne(command, kept, volume);
            } else {
                new KeptSet(owner.get(), extents, volume).restore(command.name());
            }
        } catch (FileAlreadyExistsException e) {
            throw exists(command, VolumeNames.last(e));
        }
    }

    private static void adoptOne(
            Command.AdoptFile command, @Nullable String kept, VolumeWork volume)
            throws IOException {
        volume.intend(
                new Intent(
                        volume.work().attempt(),
                        List.of(new FileRef(command.name(), command.inode()))));
        volume.requireLeave();
        if (kept != null) {
            bring(command, kept, volume);
        }
    }

    /** The volume that a file which was put aside was put aside for. */
    private static Optional<UUID> owner(Command.AdoptFile command) {
        return command.kept() == null ? Optional.empty() : Trash.keptFor(command.kept());
    }

    private static void bring(Command.AdoptFile command, String kept, VolumeWork volume)
            throws IOException {
        try {
            volume.pool().trash().giveAway(kept, volume.pool().files(), command.name());
        } catch (NoSuchFileException _) {
            throw gone(command);
        }
    }

    private static void requireSame(Command.AdoptFile command, Optional<FileStatus> there) {
        if (there.isEmpty() || there.get().inode() != command.inode() || !there.get().isRegular()) {
            throw gone(command);
        }
    }

    private static ProblemException gone(Command.AdoptFile command) {
        return new ProblemException(
                ProblemCode.VOLUME_MISSING,
                "the file that was to become %s, of inode %d, is not in the pool folder %s any more: refresh the pool"
                        .formatted(command.name(), command.inode(), command.pool().path()));
    }

    private static ProblemException exists(Command.AdoptFile command, String file) {
        return new ProblemException(
                ProblemCode.FILE_EXISTS,
                "the pool folder %s has a file %s already, which stays as it is: adopt under another name"
                        .formatted(command.pool().path(), file));
    }

    /** The file has its name by now, so nothing that fails here is a failure of it. */
    private static Result finish(Command.AdoptFile command, VolumeWork volume) {
        var files = volume.pool().files();
        try {
            files.sync();
            volume.work().crashPoint("publish");
            volume.withdraw(Integer.MAX_VALUE);
            var there =
                    files.status(command.name())
                            .orElseThrow(() -> new DroppedException("the file was removed since"));
            var facts = facts(command, volume, there);
            record(command, volume, facts);
            if (owner(command).isPresent()) {
                volume.pool().trash().dropKept(owner(command).get());
            }
            return new Result.VolumeChanged(command.volumeId(), facts);
        } catch (IOException e) {
            throw new DroppedException("the file is adopted, but " + e.getMessage(), e);
        }
    }

    /** What a record says of the format outranks what a guest may have written. */
    private static FileFacts facts(Command.AdoptFile command, VolumeWork volume, FileStatus there)
            throws IOException {
        var own = volume.volume();
        var known = own.isPresent() && isOf(own.get(), there) ? own : before(command, volume);
        var files = volume.pool().files();
        return known.isPresent() && isOf(known.get(), there)
                ? Facts.of(files, command.name(), there, known.get().format())
                : Facts.byContent(files, command.name(), there);
    }

    private static boolean isOf(VolumeRecord record, FileStatus there) {
        return record.inode() != null && record.inode() == there.inode() && !record.deleted();
    }

    /** The record of the volume whose file it was. */
    private static Optional<VolumeRecord> before(Command.AdoptFile command, VolumeWork volume)
            throws IOException {
        var id = owner(command);
        return id.isPresent() ? volume.pool().volumes().find(id.get()) : Optional.empty();
    }

    /** From then on the file is this volume's, and no longer another's. */
    private static void record(Command.AdoptFile command, VolumeWork volume, FileFacts facts)
            throws IOException {
        var records = volume.pool().volumes();
        records.write(
                new VolumeRecord(
                        command.volumeId(),
                        command.name(),
                        facts.format(),
                        command.generation(),
                        facts.inode(),
                        false));
        var before = before(command, volume);
        if (before.isPresent() && !before.get().deleted()) {
            records.write(before.get().tombstone(before.get().generation()));
        }
    }
}
