package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.FileCopy;
import dev.cistern.worker.execution.DroppedException;
import dev.cistern.worker.folder.JournalEntry.FileRef;
import dev.cistern.worker.folder.PoolFolder;
import dev.cistern.worker.folder.StagedFiles;
import dev.cistern.worker.folder.VolumeRecord;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings a volume into another pool: within a file system by a second name, else by a copy. In the
 * pool that it comes from its record becomes a tombstone and its file goes, last of all; until then
 * nobody can open that file.
 */
final class MoveVolume implements VolumeHandler<Command.MoveVolume> {
    private static final String SOURCE_REMOVED = "source-removed";

    @Override
    public List<String> crashPoints() {
        return List.of("stage", "intent", "extents", "publish", SOURCE_REMOVED);
    }

    @Override
    public Result apply(Command.MoveVolume command, VolumeWork volume) throws IOException {
        try (var source = Source.open(command)) {
            var publication = publication(command, volume);
            var published =
                    publication.apply(
                            staged -> {
                                publication.replaces(make(command, source, staged, volume));
                                return null;
                            });
            return moved(command, source, published, volume);
        }
    }

    @Override
    public @Nullable Result settle(Command.MoveVolume command, VolumeWork volume)
            throws IOException {
        try (var source = Source.open(command)) {
            var published = publication(command, volume).settle();
            return published == null ? null : moved(command, source, published, volume);
        }
    }

    private static Publication publication(Command.MoveVolume command, VolumeWork volume) {
        return new Publication(command, command.name(), command.image().format(), volume);
    }

    /** Returns the files that are to go, the one that makes the image first. */
    private static List<FileRef> make(
            Command.MoveVolume command, Source source, StagedFiles staged, VolumeWork volume)
            throws IOException {
        volume.work().stage("moving");
        var image = ImageFile.of(command.image(), source.pool.files(), volume.keys());
        var info = image.info();
        SingleFile.requireNoBase(command.image().name(), info);
        var set = source.hold(image);
        if (SetCopy.isSeveral(info)) {
            makeAll(command, source, staged, volume);
        } else {
            SingleFile.require(command.image().name(), info, false);
            makeOne(command, source, staged, volume);
        }
        return set.files();
    }

    private static void makeAll(
            Command.MoveVolume command, Source source, StagedFiles staged, VolumeWork volume)
            throws IOException {
        var files = source.pool.files();
        try (var descriptor = files.openFile(command.image().name(), Access.READ)) {
            var _ =
                    SetCopy.of(files, command.image().name(), command.name())
                            .make(
                                    descriptor,
                                    SetCopy.Way.LINK,
                                    staged,
                                    command.permissions(),
                                    volume.progress());
        }
    }

    private static void makeOne(
            Command.MoveVolume command, Source source, StagedFiles staged, VolumeWork volume)
            throws IOException {
        var files = source.pool.files();
        if (staged.linkImage(files, command.image().name())) {
            return;
        }
        try (var from = files.openFile(command.image().name(), Access.READ);
                var file = staged.createImage(command.permissions())) {
            if (!file.cloneFrom(from)) {
                FileCopy.copyBytes(from, file, volume.progress().ofFile());
            }
            file.sync();
        }
    }

    private static Result moved(
            Command.MoveVolume command,
            Source source,
            Publication.Published published,
            VolumeWork volume) {
        try {
            source.remove(command, volume);
        } catch (IOException | ProblemException e) {
            throw new DroppedException(
                    "the image is in the other pool, but its source not gone: " + e.getMessage(),
                    e);
        }
        volume.work().crashPoint(SOURCE_REMOVED);
        return new Result.VolumeMoved(command.volumeId(), published.file());
    }

    /** The pool that the volume comes from, in which it is locked too. */
    private static final class Source implements Closeable {
        private final PoolFolder pool;
        private final Deque<Closeable> held;

        private Source(PoolFolder pool, Deque<Closeable> held) {
            this.pool = pool;
            this.held = held;
        }

        static Source open(Command.MoveVolume command) throws IOException {
            var held = new ArrayDeque<Closeable>();
            var pool = PoolFolder.openOther(command.from());
            held.push(pool::close);
            var source = new Source(pool, held);
            try {
                held.push(
                        pool.lock(command.volumeId())
                                .orElseThrow(
                                        () ->
                                                new DroppedException(
                                                        "another has the lock of volume "
                                                                + command.volumeId())));
                return source;
            } catch (IOException | RuntimeException e) {
                source.close();
                throw e;
            }
        }

        /** Keeps everyone else off the image's files until this is closed. */
        ImageSet hold(ImageFile image) throws IOException {
            var set = ImageSet.locked(image.file(), image.format().text(), pool);
            held.push(set);
            image.requireSame();
            return set;
        }

        /** The files may be gone by now, or be another's. */
        void remove(Command.MoveVolume command, VolumeWork volume) throws IOException {
            pool.volumes().write(tombstone(command));
            pool.trash().take(volume.operation(), pool.files(), files(command, volume));
            pool.trash().empty(volume.operation());
        }

        private static List<FileRef> files(Command.MoveVolume command, VolumeWork volume) {
            var intent = volume.intent();
            var inode = command.image().inode();
            if (intent != null && !intent.replaced().isEmpty()) {
                return intent.replaced();
            }
            return inode == null ? List.of() : List.of(new FileRef(command.image().name(), inode));
        }

        private VolumeRecord tombstone(Command.MoveVolume command) throws IOException {
            return pool.volumes()
                    .find(command.volumeId())
                    .orElseGet(
                            () ->
                                    new VolumeRecord(
                                            command.volumeId(),
                                            command.image().name(),
                                            command.image().format(),
                                            command.generation(),
                                            command.image().inode(),
                                            true))
                    .tombstone(command.generation());
        }

        @Override
        public void close() throws IOException {
            while (!held.isEmpty()) {
                held.pop().close();
            }
        }
    }
}
