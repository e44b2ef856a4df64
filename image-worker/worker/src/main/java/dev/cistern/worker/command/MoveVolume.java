package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.Images;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.FileCopy;
import dev.cistern.image.storage.FileStorage;
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
        return List.of("stage", "intent", "publish", SOURCE_REMOVED);
    }

    @Override
    public Result apply(Command.MoveVolume command, VolumeWork volume) throws IOException {
        try (var source = Source.open(command)) {
            var published =
                    publication(command, volume)
                            .apply(
                                    staged -> {
                                        make(command, source, staged, volume);
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

    private static void make(
            Command.MoveVolume command, Source source, StagedFiles staged, VolumeWork volume)
            throws IOException {
        volume.work().stage("moving");
        var image = ImageFile.of(command.image(), source.pool.files());
        SingleFile.require(command.image().name(), image.info(), false);
        var from = source.hold(image);
        if (staged.linkImage(source.pool.files(), command.image().name())) {
            return;
        }
        try (var file = staged.createImage(command.permissions())) {
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

        /** Keeps everyone else off the file until this is closed. */
        FileStorage hold(ImageFile image) throws IOException {
            var file = pool.files().openFile(image.file().name(), Access.READ_WRITE);
            held.push(file);
            held.push(Images.lockForRemoval(file));
            image.requireSame();
            return file;
        }

        /** The file may be gone by now, or be another's. */
        void remove(Command.MoveVolume command, VolumeWork volume) throws IOException {
            pool.volumes().write(tombstone(command));
            var inode = command.image().inode();
            if (inode != null) {
                var file = new FileRef(command.image().name(), inode);
                pool.trash().take(volume.operation(), pool.files(), List.of(file));
                pool.trash().empty(volume.operation());
            }
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
