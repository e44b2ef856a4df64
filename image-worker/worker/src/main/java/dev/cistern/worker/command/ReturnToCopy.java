package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.image.Images;
import dev.cistern.image.storage.Access;
import dev.cistern.worker.folder.Copies;
import dev.cistern.worker.folder.StagedFiles;
import java.io.IOException;

/**
 * Makes an image what a copy has kept: a copy of the copy takes the image's name. The extents of
 * one of several files are called otherwise than those that the image has until then.
 */
final class ReturnToCopy implements InStead.Change<Command.ReturnToCopy> {
    @Override
    public String stage() {
        return "reverting to a snapshot";
    }

    @Override
    public void make(
            Command.ReturnToCopy command, ImageFile old, StagedFiles staged, VolumeWork volume)
            throws IOException {
        var image = old.file().name();
        var info = old.info();
        if (!SetCopy.isSeveral(info)) {
            SingleFile.require(image, info, true);
        }
        var snapshot = command.snapshot();
        var name = Copies.name(snapshot.id());
        volume.pool().copies().require(command.volumeId(), snapshot, image);
        try (var copies = volume.pool().copies().of(command.volumeId());
                var kept = copies.openFile(name, Access.READ)) {
            if (SetCopy.isSeveral(Images.info(copies, name, old.format()))) {
                var _ =
                        SetCopy.ofSnapshot(copies, name, image)
                                .beside(volume.pool().files())
                                .make(
                                        kept,
                                        SetCopy.Way.SHARE,
                                        staged,
                                        old.permissions(),
                                        volume.progress());
            } else {
                KeepCopy.copy(kept, staged, old.permissions(), volume);
            }
        }
    }
}
