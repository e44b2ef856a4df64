package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.image.DiskImage;
import dev.cistern.image.operations.Wipe;
import dev.cistern.image.operations.WipeAlgorithm;
import java.io.IOException;

/** Makes what an image held unreadable. */
final class WipeVolume implements InPlace.Change<Command.WipeVolume, DiskImage> {
    @Override
    public String stage() {
        return "wiping";
    }

    @Override
    public DiskImage open(Command.WipeVolume command, ImageFile file) throws IOException {
        return file.open();
    }

    @Override
    public DiskImage look(Command.WipeVolume command, ImageFile file) throws IOException {
        return file.look();
    }

    /** Only a wipe tells. */
    @Override
    public boolean isMade(Command.WipeVolume command, DiskImage image) {
        return false;
    }

    @Override
    public void make(Command.WipeVolume command, DiskImage image, VolumeWork volume)
            throws IOException {
        var algorithm = WipeAlgorithm.valueOf(command.algorithm().name());
        Wipe.image(image, algorithm, volume.progress());
    }
}
