package dev.cistern.worker.command;

import dev.cistern.common.message.Permissions;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.storage.Directory;
import dev.cistern.worker.folder.JournalEntry.Intent;
import java.io.IOException;
import java.util.UUID;

/**
 * A vmdk image of several files that was put aside. It is made anew in the pool's folder, its
 * extents by second names where the file system can; whoever restores it then drops what was put
 * aside.
 *
 * @param owner the volume that it was put aside for
 * @param extents the folder that they are in
 */
record KeptSet(UUID owner, Directory extents, VolumeWork volume) {

    /**
     * Gives the image a name in the pool's folder, and its extents names after it.
     *
     * @throws java.nio.file.FileAlreadyExistsException if one of the names is taken
     */
    void restore(String name) throws IOException {
        var pool = volume.pool();
        try (var staged = pool.staging().begin(volume.operation(), volume.work().attempt());
                var descriptor = pool.trash().openKept(owner)) {
            var status = descriptor.status();
            var _ =
                    SetCopy.ofKept(extents, name)
                            .make(
                                    descriptor,
                                    SetCopy.Way.LINK,
                                    staged,
                                    new Permissions(status.user(), status.group(), status.mode()),
                                    volume.progress());
            volume.intend(new Intent(volume.work().attempt(), staged.files(name)));
            volume.requireLeave();
            staged.publishExtents(pool.files());
            volume.work().crashPoint("extents");
            staged.publish(pool.files(), name);
            staged.discard();
        } catch (IOException | ProblemException e) {
            volume.undo(e);
            throw e;
        }
    }
}
