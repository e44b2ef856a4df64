package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.worker.folder.StagedFiles;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts a new image in the place of the one that a volume has, in the steps of {@link Replacement};
 * the old one is lost.
 */
final class InStead<C extends Command.OnImage> implements VolumeHandler<C> {
    private final Change<C> change;

    InStead(Change<C> change) {
        this.change = change;
    }

    /** What is particular to one command. */
    interface Change<C extends Command.OnImage> {
        /** What is being done, for who watches the operation. */
        String stage();

        /** The new image's format. */
        default String format(C command) {
            return command.image().format();
        }

        /** Makes the new image in the staging folder, synced when this returns. */
        void make(C command, ImageFile old, StagedFiles staged, VolumeWork volume)
                throws IOException;
    }

    @Override
    public List<String> crashPoints() {
        return Replacement.CRASH_POINTS;
    }

    @Override
    public Result apply(C command, VolumeWork volume) throws IOException {
        volume.work().stage(change.stage());
        var file =
                replacement(command, volume)
                        .apply((old, staged) -> change.make(command, old, staged, volume));
        return new Result.VolumeChanged(command.volumeId(), file);
    }

    @Override
    public @Nullable Result settle(C command, VolumeWork volume) throws IOException {
        var file = replacement(command, volume).settle();
        return file == null ? null : new Result.VolumeChanged(command.volumeId(), file);
    }

    private Replacement replacement(C command, VolumeWork volume) {
        return new Replacement(command, change.format(command), volume);
    }
}
