package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.worker.execution.DroppedException;
import dev.cistern.worker.folder.VolumeRecord;
import java.io.IOException;

/** The last steps of a command that gives a volume's file a name in the pool's folder. */
final class GivenName {
    private GivenName() {}

    /**
     * Has the name and the volume's record on disk. The name stands by now, so nothing that fails
     * here is a failure of the command.
     *
     * @param done what has been done, for the log
     * @throws DroppedException if the rest could not be done; the command comes again
     */
    static Result finish(Command.OnImage command, String name, String done, VolumeWork volume) {
        return finish(command, name, done, () -> {}, volume);
    }

    /** Takes away what the files came from. */
    @FunctionalInterface
    interface Rest {
        /** On disk when this returns. */
        void remove() throws IOException;
    }

    /**
     * The same where something is to go once the name is on disk.
     *
     * @throws DroppedException likewise
     */
    static Result finish(
            Command.OnImage command, String name, String done, Rest rest, VolumeWork volume) {
        var format = command.image().format();
        var files = volume.pool().files();
        try {
            files.sync();
            volume.work().crashPoint("publish");
            volume.withdraw(Integer.MAX_VALUE);
            volume.dropReplaced();
            rest.remove();
            var there =
                    files.status(name)
                            .orElseThrow(() -> new DroppedException("the file was removed since"));
            volume.pool()
                    .volumes()
                    .write(
                            new VolumeRecord(
                                    command.volumeId(),
                                    name,
                                    format,
                                    command.generation(),
                                    there.inode(),
                                    false));
            return new Result.VolumeChanged(
                    command.volumeId(), Facts.of(files, name, there, format));
        } catch (IOException e) {
            throw new DroppedException(done + ", but " + e.getMessage(), e);
        }
    }
}
