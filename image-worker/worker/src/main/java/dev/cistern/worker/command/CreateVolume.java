package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.storage.FileStorage;
import dev.cistern.worker.folder.StagedFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes a new, empty image. */
final class CreateVolume implements VolumeHandler<Command.CreateVolume> {
    private static final int SECTOR = 512;

    @Override
    public List<String> crashPoints() {
        return Publication.CRASH_POINTS;
    }

    @Override
    public int takeover() {
        return 3;
    }

    @Override
    public Result apply(Command.CreateVolume command, VolumeWork volume) throws IOException {
        var published =
                publication(command, volume)
                        .apply(
                                staged -> {
                                    make(command, staged, volume);
                                    return null;
                                });
        return created(command, published);
    }

    @Override
    public @Nullable Result settle(Command.CreateVolume command, VolumeWork volume)
            throws IOException {
        var published = publication(command, volume).settle();
        return published == null ? null : created(command, published);
    }

    private static Publication publication(Command.CreateVolume command, VolumeWork volume) {
        return new Publication(command, command.name(), command.format(), volume);
    }

    private static Result created(Command.CreateVolume command, Publication.Published published) {
        return new Result.VolumeCreated(command.volumeId(), published.file());
    }

    private static void make(Command.CreateVolume command, StagedFiles staged, VolumeWork volume)
            throws IOException {
        var extents = new ArrayList<FileStorage>();
        try (var file = staged.createImage(command.permissions())) {
            new NewImage(command.name(), command.format(), command.options(), volume.keys())
                    .create(
                            sectors(command),
                            file,
                            name -> {
                                VolumeNames.require(name);
                                extents.add(staged.createExtent(name, command.permissions()));
                                return extents.getLast();
                            });
            file.sync();
        } finally {
            extents.forEach(FileStorage::close);
        }
    }

    /** Bytes rounded up to whole sectors, as qemu-img does. */
    private static long sectors(Command.CreateVolume command) {
        if (command.capacity() < 0 || command.capacity() > Long.MAX_VALUE - SECTOR) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST,
                    "a volume cannot have %d bytes".formatted(command.capacity()));
        }
        return Math.ceilDiv(command.capacity(), SECTOR) * (long) SECTOR;
    }
}
