package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.ImageInfo;
import dev.cistern.image.operations.Convert;
import dev.cistern.worker.folder.StagedFiles;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes a volume's content an image of another format or shape, which takes the old one's name. */
final class ConvertVolume implements VolumeHandler<Command.ConvertVolume> {

    @Override
    public List<String> crashPoints() {
        return Replacement.CRASH_POINTS;
    }

    @Override
    public Result apply(Command.ConvertVolume command, VolumeWork volume) throws IOException {
        volume.work().stage("converting");
        var file =
                replacement(command, volume)
                        .apply((old, staged) -> make(command, old, staged, volume));
        return new Result.VolumeChanged(command.volumeId(), file);
    }

    @Override
    public @Nullable Result settle(Command.ConvertVolume command, VolumeWork volume)
            throws IOException {
        var file = replacement(command, volume).settle();
        return file == null ? null : new Result.VolumeChanged(command.volumeId(), file);
    }

    private static Replacement replacement(Command.ConvertVolume command, VolumeWork volume) {
        return new Replacement(command, command.format(), volume);
    }

    private static void make(
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
