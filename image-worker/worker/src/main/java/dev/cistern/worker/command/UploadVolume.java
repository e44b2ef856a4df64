package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.ImageInfo;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.FileCopy;
import dev.cistern.image.storage.FileStorage;
import dev.cistern.worker.folder.StagedFiles;
import dev.cistern.worker.transfer.Transfers;
import java.io.IOException;
import java.util.Map;

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
        require(command, staged.inspect(old.format(), old.options(Access.READ).secrets()));
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

    private static void require(Command.UploadVolume command, ImageInfo info) {
        SingleFile.require("what was uploaded", info, true);
        if (info.backingFile().isPresent()) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST,
                    "the uploaded image builds on '%s', and one from outside must not name another file: flatten it first"
                            .formatted(info.backingFile().get()));
        }
        if (info.capacity() > command.capacity()) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST,
                    "a guest sees %d bytes of the uploaded image, and %d were asked for: say its capacity when the transfer begins"
                            .formatted(info.capacity(), command.capacity()),
                    Map.of("requested", info.capacity(), "allowed", command.capacity()));
        }
    }
}
