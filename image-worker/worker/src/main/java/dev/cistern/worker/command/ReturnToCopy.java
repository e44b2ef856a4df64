package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.image.storage.Access;
import dev.cistern.worker.folder.StagedFiles;
import java.io.IOException;

/** Makes an image what a copy has kept: a copy of the copy takes the image's name. */
final class ReturnToCopy implements InStead.Change<Command.ReturnToCopy> {
    @Override
    public String stage() {
        return "reverting to a snapshot";
    }

    @Override
    public void make(
            Command.ReturnToCopy command, ImageFile old, StagedFiles staged, VolumeWork volume)
            throws IOException {
        SingleFile.require(old.file().name(), old.info(), true);
        var snapshot = command.snapshot();
        volume.pool().copies().require(command.volumeId(), snapshot, old.file().name());
        try (var copies = volume.pool().copies().of(command.volumeId());
                var kept = copies.openFile(snapshot.id().toString(), Access.READ)) {
            KeepCopy.copy(kept, staged, old.permissions(), volume);
        }
    }
}
