package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.ImageInfo;
import dev.cistern.image.operations.Convert;
import dev.cistern.worker.folder.StagedFiles;
import java.io.IOException;

/** Makes a volume's content an image of another format or shape, which takes the old one's name. */
final class ConvertVolume implements InStead.Change<Command.ConvertVolume> {
    @Override
    public String stage() {
        return "converting";
    }

    @Override
    public String format(Command.ConvertVolume command) {
        return command.format();
    }

    @Override
    public void make(
            Command.ConvertVolume command, ImageFile old, StagedFiles staged, VolumeWork volume)
            throws IOException {
        var name = command.image().name();
        var info = old.info();
        if (!SetCopy.isSeveral(info)) {
            SingleFile.require(name, info, true);
        }
        requireNoSnapshots(name, info);
        var conversion =
                new NewImage(name, command.format(), command.options(), volume.keys())
                        .conversion()
                        .through(staged.extents(old.permissions()));
        try (var content = old.read()) {
            Convert.into(
                    staged.createImage(old.permissions()), content, conversion, volume.progress());
        }
    }

    private static void requireNoSnapshots(String name, ImageInfo info) {
        if (info.details() instanceof ImageInfo.Details.Qcow2 qcow2 && qcow2.snapshots() > 0) {
            throw new ProblemException(
                    ProblemCode.VOLUME_STATE,
                    "%s has %d snapshots, which the new image would not have: delete them, or clone it"
                            .formatted(name, qcow2.snapshots()));
        }
    }
}
