package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.PoolPlace;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.worker.execution.DroppedException;
import dev.cistern.worker.execution.PoolProbes;
import dev.cistern.worker.execution.Work;
import dev.cistern.worker.folder.House;
import dev.cistern.worker.folder.Marker;
import dev.cistern.worker.folder.PoolPath;
import dev.cistern.worker.mount.Mounts;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;

/**
 * Takes the claim off a pool's folder. A folder without this pool's claim, or none at all, is as it
 * should be; the records of volumes stay.
 */
final class ReleasePool implements CommandHandler<Command.ReleasePool> {
    private final PoolProbes probes;

    ReleasePool(PoolProbes probes) {
        this.probes = probes;
    }

    @Override
    public List<String> crashPoints() {
        return List.of("publish");
    }

    @Override
    public Result handle(Command.ReleasePool command, Work work) throws IOException {
        probes.forget(command.pool());
        try {
            work.requireStanding();
            Mounts.mount(command.pool());
            release(command.pool(), work);
        } catch (NoSuchFileException _) {
            work.stage("nothing to release");
        } catch (ProblemException e) {
            if (e.problem().code() != ProblemCode.POOL_INACCESSIBLE) {
                throw e;
            }
            work.stage("nothing to release");
        } finally {
            Mounts.unmount(command.pool());
        }
        work.crashPoint("publish");
        return new Result.PoolReleased();
    }

    private static void release(PoolPlace place, Work work) throws IOException {
        try (var files = PoolPath.open(place);
                var house = House.open(files);
                var _ =
                        house.lockClaim()
                                .orElseThrow(
                                        () ->
                                                new DroppedException(
                                                        "another has the lock of the pool"))) {
            var marker = house.marker();
            if (marker.isPresent() && isOf(place, marker.get())) {
                work.requireStanding();
                house.release();
            }
        }
    }

    private static boolean isOf(PoolPlace place, Marker marker) {
        if (!marker.poolId().equals(place.poolId())
                || !marker.installation().equals(place.installation())) {
            return false;
        }
        if (marker.epoch() > place.epoch()) {
            throw new ProblemException(
                    ProblemCode.STALE,
                    "the command is of epoch %d of the pool in %s, which was started anew with epoch %d"
                            .formatted(place.epoch(), place.path(), marker.epoch()));
        }
        return true;
    }
}
