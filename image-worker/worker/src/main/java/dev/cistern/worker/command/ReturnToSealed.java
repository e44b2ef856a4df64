package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.worker.folder.StagedFiles;
import java.io.IOException;

/** Has a volume go on in a new image over a sealed file; the image that it has is lost. */
final class ReturnToSealed implements InStead.Change<Command.ReturnToSealed> {
    @Override
    public String stage() {
        return "reverting to a snapshot";
    }

    @Override
    public void make(
            Command.ReturnToSealed command, ImageFile old, StagedFiles staged, VolumeWork volume)
            throws IOException {
        var image = old.file().name();
        var snapshot = command.snapshot();
        var sealed = Overlay.name(command);
        volume.pool().sealedFiles().require(sealed, snapshot, image);
        Overlay.requirePlain(image, old.info(), "that would be lost; rid it of that first");
        Overlay.make(old, sealed, sealed, staged);
    }
}
