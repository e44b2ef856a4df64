package dev.cistern.worker.command;

import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.OpenGate;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.FileStatus;
import dev.cistern.image.storage.FileStorage;
import dev.cistern.worker.execution.DroppedException;
import dev.cistern.worker.folder.JournalEntry.FileRef;
import dev.cistern.worker.folder.JournalEntry.Intent;
import dev.cistern.worker.folder.Ownership;
import dev.cistern.worker.folder.StagedFiles;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Files that an image of several gets while it is changed where it is. Each is made in the staging
 * folder, is noted in the intent and then gets its name; the image names all of them last. Those
 * that it does not name in the end are taken back, lest a scan takes one for an image.
 */
final class NewExtents implements OpenGate {
    private final ImageFile image;
    private final VolumeWork volume;

    NewExtents(ImageFile image, VolumeWork volume) {
        this.image = image;
        this.volume = volume;
    }

    @Override
    public FileStorage open(String reference, Access access, String name) throws IOException {
        return OpenGate.folder(image.folder()).open(reference, access, name);
    }

    @Override
    public FileStorage create(String reference, FileStatus like, String name) throws IOException {
        VolumeNames.require(reference);
        if (image.folder().status(reference).isPresent()) {
            throw new FileAlreadyExistsException(reference);
        }
        try (var staged =
                volume.pool().staging().begin(volume.operation(), volume.work().attempt())) {
            var file = staged.createExtent(reference, Ownership.of(like));
            try {
                publish(new FileRef(reference, file.status().inode()), staged);
                return file;
            } catch (IOException | RuntimeException e) {
                file.close();
                throw e;
            }
        }
    }

    private void publish(FileRef extent, StagedFiles staged) throws IOException {
        var intent = Objects.requireNonNull(volume.intent(), "a change is intended first");
        volume.intend(
                new Intent(
                        intent.attempt(),
                        Stream.concat(intent.files().stream(), Stream.of(extent)).toList()));
        volume.requireLeave();
        try {
            staged.publishExtents(image.folder());
        } catch (FileAlreadyExistsException _) {
            throw new ProblemException(
                    ProblemCode.FILE_EXISTS,
                    "a file %s has just come into the pool folder %s, where the image was to have it: it stays as it is; ask again"
                            .formatted(extent.name(), image.folder().path()));
        }
        staged.discard();
        volume.work().crashPoint("extents");
    }

    /**
     * Takes those back that the image does not name; on disk when this returns.
     *
     * @param upTo the last attempt whose they may be
     */
    void takeBack(int upTo) throws IOException {
        if (image.format() != ImageFormat.VMDK) {
            return;
        }
        volume.withdraw(upTo);
        var intent = volume.intent();
        if (intent == null || intent.extents().isEmpty()) {
            return;
        }
        var named = Set.copyOf(Extents.of(image.info()));
        var unnamed =
                intent.extents().stream().filter(extent -> !named.contains(extent.name())).toList();
        volume.pool().trash().drop(volume.operation(), image.folder(), unnamed);
    }

    /**
     * The same after a failure.
     *
     * @throws DroppedException if it cannot be done now
     */
    void takeBack(Exception failure) {
        try {
            takeBack(volume.work().attempt());
        } catch (IOException | ProblemException e) {
            failure.addSuppressed(e);
            throw new DroppedException("extents may be left over: " + failure, failure);
        }
    }
}
