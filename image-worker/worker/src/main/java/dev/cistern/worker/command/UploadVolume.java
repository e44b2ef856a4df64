package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.FileCopy;
import dev.cistern.image.storage.FileStorage;
import dev.cistern.worker.folder.StagedFiles;
import dev.cistern.worker.transfer.Transfers;
import java.io.IOException;

/**
 * Takes a volume's content from a client, into the staging folder, and puts it in place once it is
 * whole and an image as it should be. Until then the volume is what it was. The bytes of an attempt
 * that dies are lost with it: the client begins anew.
 */
record UploadVolume(Transfers transfers) implements InStead.Change<Command.UploadVolume> {
    private static final int SECTOR = 512;

    @Override
    public String stage() {
        return "uploading";
    }

    @Override
    public void make(
            Command.UploadVolume command, ImageFile old, StagedFiles staged, VolumeWork volume)
            throws IOException {
        SingleFile.requireIfReadable(old);
        try (var file = staged.createImage(old.permissions())) {
            if (command.onto()) {
                copy(old, file, volume);
            }
            receive(command, file, volume);
            if (old.format() == ImageFormat.RAW) {
                file.truncate(rawSize(file.size(), old));
            }
            file.sync();
        }
        volume.work().stage("inspecting");
        new UploadedImage(command, old.format(), staged)
                .require(old.options(Access.READ).secrets());
    }

    private static void copy(ImageFile old, FileStorage file, VolumeWork volume)
            throws IOException {
        try (var content = old.bytes()) {
            if (!file.cloneFrom(content)) {
                FileCopy.copyBytes(content, file, volume.progress().ofFile());
            }
        }
    }

    /** Bytes that the client leaves out are zero, or what they were. */
    private void receive(Command.UploadVolume command, FileStorage file, VolumeWork volume)
            throws IOException {
        try (var transfer =
                transfers.upload(
                        volume.work(), command.ticket(), file, command.size(), volume.progress())) {
            transfer.await();
            file.truncate(Math.max(file.size(), command.size()));
        }
    }

    /** What a guest has seen of the volume does not become less. */
    private static long rawSize(long size, ImageFile old) throws IOException {
        return Math.max(Math.ceilDiv(size, SECTOR) * SECTOR, old.info().capacity());
    }
}
