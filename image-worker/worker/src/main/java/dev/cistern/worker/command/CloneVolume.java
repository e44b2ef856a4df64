package dev.cistern.worker.command;

import dev.cistern.common.message.CloneStrategy;
import dev.cistern.common.message.Command;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.ImageShape;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.operations.Convert;
import dev.cistern.image.qcow2.Qcow2Options;
import dev.cistern.image.storage.FileCopy;
import dev.cistern.worker.folder.StagedFiles;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes an image that reads as another volume does, or did, or as a file does. A copy of the file
 * has all that the file has: snapshots, bitmaps, the name of the image below it. One that is to be
 * of another shape has the content alone, and stands alone unless it is linked.
 */
final class CloneVolume implements VolumeHandler<Command.CloneVolume> {
    @Override
    public List<String> crashPoints() {
        return Publication.CRASH_POINTS;
    }

    @Override
    public int takeover() {
        return 3;
    }

    @Override
    public Result apply(Command.CloneVolume command, VolumeWork volume) throws IOException {
        return cloned(
                command,
                publication(command, volume).apply(staged -> make(command, staged, volume)));
    }

    @Override
    public @Nullable Result settle(Command.CloneVolume command, VolumeWork volume)
            throws IOException {
        var published = publication(command, volume).settle();
        return published == null ? null : cloned(command, published);
    }

    private static Publication publication(Command.CloneVolume command, VolumeWork volume) {
        return new Publication(command, command.name(), command.format(), volume);
    }

    private static Result cloned(Command.CloneVolume command, Publication.Published published) {
        return new Result.VolumeCloned(
                command.volumeId(),
                published.file(),
                CloneStrategy.of(Objects.requireNonNull(published.way())));
    }

    private static String make(Command.CloneVolume command, StagedFiles staged, VolumeWork volume)
            throws IOException {
        volume.work().stage("cloning");
        try (var source = SourceImage.open(command.source(), volume)) {
            var used =
                    switch (command.strategy()) {
                        case LINKED -> link(command, source, staged, volume);
                        case REFLINK, BEST, FULL ->
                                command.shape() == null && command.source().snapshot() == null
                                        ? copy(command, source, staged, volume)
                                        : convert(command, source, staged, volume);
                    };
            return used.text();
        }
    }

    private static CloneStrategy link(
            Command.CloneVolume command, SourceImage source, StagedFiles staged, VolumeWork volume)
            throws IOException {
        if (!command.source().pool().equals(command.pool())) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST,
                    "a linked clone must be in the pool of its source");
        }
        var linked = source.linked();
        var below = new Qcow2Options.Backing(linked.file(), source.format().text());
        try (var file = staged.createImage(command.permissions())) {
            newImage(command, volume)
                    .createOver(
                            below, Math.max(linked.capacity(), shape(command).capacity()), file);
            file.sync();
        }
        return CloneStrategy.LINKED;
    }

    private static ImageShape shape(Command.CloneVolume command) {
        return Objects.requireNonNullElse(command.shape(), new ImageShape(ImageOptions.USUAL, 0));
    }

    private static NewImage newImage(Command.CloneVolume command, VolumeWork volume) {
        return new NewImage(
                command.name(), command.format(), shape(command).options(), volume.keys());
    }

    private static CloneStrategy convert(
            Command.CloneVolume command, SourceImage source, StagedFiles staged, VolumeWork volume)
            throws IOException {
        var conversion = newImage(command, volume).conversion();
        try (var content = source.content()) {
            Convert.into(
                    staged.createImage(command.permissions()),
                    content,
                    conversion
                            .through(staged.extents(command.permissions()))
                            .withCapacity(Math.max(content.capacity(), shape(command).capacity())),
                    volume.progress());
        }
        return CloneStrategy.FULL;
    }

    private static CloneStrategy copy(
            Command.CloneVolume command, SourceImage source, StagedFiles staged, VolumeWork volume)
            throws IOException {
        var info = source.info();
        var beside = command.source().pool().equals(command.pool());
        if (SetCopy.isSeveral(info)) {
            if (!beside) {
                SingleFile.requireNoBase(source.name(), info);
            }
            return copyAll(command, source, staged, volume);
        }
        SingleFile.require(source.name(), info, beside);
        var volumeId = command.source().volumeId();
        if (volumeId != null) {
            Overlay.requireNone(source.name(), volumeId, info);
        }
        try (var file = staged.createImage(command.permissions())) {
            var used =
                    command.strategy() != CloneStrategy.FULL && file.cloneFrom(source.file())
                            ? CloneStrategy.REFLINK
                            : CloneStrategy.FULL;
            if (used == CloneStrategy.FULL) {
                if (command.strategy() == CloneStrategy.REFLINK) {
                    throw new ProblemException(
                            ProblemCode.UNSUPPORTED,
                            "the file system of %s has no reflinks between these two folders: clone in full, or linked"
                                    .formatted(command.pool().path()));
                }
                FileCopy.copyBytes(source.file(), file, volume.progress().ofFile());
            }
            file.sync();
            return used;
        }
    }

    private static CloneStrategy copyAll(
            Command.CloneVolume command, SourceImage source, StagedFiles staged, VolumeWork volume)
            throws IOException {
        var copy = SetCopy.of(source.folder(), source.name(), command.name());
        source.holdAlso(copy.extents());
        return copy.make(
                        source.file(),
                        SetCopy.way(command.strategy()),
                        staged,
                        command.permissions(),
                        volume.progress())
                ? CloneStrategy.REFLINK
                : CloneStrategy.FULL;
    }
}
