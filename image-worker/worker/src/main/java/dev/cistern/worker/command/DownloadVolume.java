package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.image.storage.Access;
import dev.cistern.worker.transfer.Content;
import dev.cistern.worker.transfer.Transfers;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lets a client fetch what is in a volume. Nobody who honours QEMU's locks writes to it meanwhile;
 * a copy of the command lets the client go on.
 */
record DownloadVolume(Transfers transfers) implements VolumeHandler<Command.DownloadVolume> {
    @Override
    public boolean shares() {
        return true;
    }

    @Override
    public List<String> crashPoints() {
        return List.of("read");
    }

    @Override
    public Result apply(Command.DownloadVolume command, VolumeWork volume) throws IOException {
        var image = ImageFile.of(command, volume);
        try (var file = image.hold(Access.READ)) {
            volume.work().stage("downloading");
            var sent =
                    command.asGuestSees()
                            ? asGuestSees(command, image, volume)
                            : asStored(
                                    command, image, new Content.OfFile(file, file.size()), volume);
            volume.work().crashPoint("read");
            return new Result.VolumeDownloaded(command.volumeId(), sent);
        }
    }

    private long asGuestSees(Command.DownloadVolume command, ImageFile image, VolumeWork volume)
            throws IOException {
        try (var content = image.read()) {
            return transfer(command, new Content.OfImage(content), volume);
        }
    }

    private long asStored(
            Command.DownloadVolume command, ImageFile image, Content content, VolumeWork volume)
            throws IOException {
        SingleFile.requireIfReadable(image);
        return transfer(command, content, volume);
    }

    private long transfer(Command.DownloadVolume command, Content content, VolumeWork volume)
            throws IOException {
        try (var transfer =
                transfers.download(volume.work(), command.ticket(), content, volume.progress())) {
            transfer.await();
            return transfer.sent();
        }
    }

    /** It leaves nothing behind. */
    @Override
    public @Nullable Result settle(Command.DownloadVolume command, VolumeWork volume) {
        return null;
    }
}
