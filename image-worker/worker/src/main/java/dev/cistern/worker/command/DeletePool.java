package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.PoolPlace;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.storage.Directory;
import dev.cistern.worker.execution.DroppedException;
import dev.cistern.worker.execution.PoolProbes;
import dev.cistern.worker.execution.Work;
import dev.cistern.worker.folder.House;
import dev.cistern.worker.folder.PoolFolder;
import dev.cistern.worker.folder.PoolPath;
import dev.cistern.worker.mount.Mounts;
import dev.cistern.worker.mount.ZeroedDevice;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * Removes the folder of a pool; as {@code virsh pool-delete}, only one in which nothing is left but
 * Cistern's own. Of a pool that is mounted it is the folder under the mount.
 */
final class DeletePool implements CommandHandler<Command.DeletePool> {
    private final PoolProbes probes;

    DeletePool(PoolProbes probes) {
        this.probes = probes;
    }

    @Override
    public List<String> crashPoints() {
        return List.of("publish");
    }

    @Override
    public Result handle(Command.DeletePool command, Work work) throws IOException {
        probes.forget(command.pool());
        work.requireStanding();
        Mounts.leave(command.pool());
        if (command.device() != null) {
            ZeroedDevice.zero(Path.of(command.device()), work);
        }
        var path = PoolPath.of(command.pool());
        var parent = path.getParent();
        if (parent != null) {
            remove(command.pool(), path, parent, work);
        }
        work.crashPoint("publish");
        return new Result.PoolDeleted();
    }

    private static void remove(PoolPlace place, Path path, Path parent, Work work)
            throws IOException {
        try (var above = Directory.open(parent)) {
            var name = path.getFileName().toString();
            if (above.status(name).isEmpty()) {
                return;
            }
            try (var files = PoolPath.open(place)) {
                requireEmpty(place, files);
                work.requireStanding();
                removeHouse(place, files);
            }
            above.removeDirectory(name);
            above.sync();
        } catch (NoSuchFileException _) {
            work.stage("there is no folder");
        }
    }

    private static void requireEmpty(PoolPlace place, Directory files) throws IOException {
        var others = files.list().stream().filter(name -> !name.equals(House.NAME)).toList();
        if (!others.isEmpty()) {
            throw new ProblemException(
                    ProblemCode.POOL_NOT_EMPTY,
                    "the folder %s has %d files, such as %s: delete or move them first"
                            .formatted(place.path(), others.size(), others.getFirst()));
        }
    }

    private static void removeHouse(PoolPlace place, Directory files) throws IOException {
        if (files.status(House.NAME).isEmpty()) {
            return;
        }
        try (var house = House.openOrMake(files);
                var _ =
                        house.lockClaim()
                                .orElseThrow(
                                        () ->
                                                new DroppedException(
                                                        "another has the lock of the pool"))) {
            var marker = house.marker();
            if (marker.isPresent()) {
                PoolFolder.requireOurs(place, marker);
            }
            house.release();
        }
        files.removeTree(House.NAME);
    }
}
