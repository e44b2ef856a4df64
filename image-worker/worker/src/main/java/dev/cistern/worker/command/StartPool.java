package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.PoolPlace;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.OfdLock;
import dev.cistern.worker.execution.DroppedException;
import dev.cistern.worker.execution.PoolProbes;
import dev.cistern.worker.execution.Work;
import dev.cistern.worker.folder.House;
import dev.cistern.worker.folder.Marker;
import dev.cistern.worker.folder.PoolFolder;
import dev.cistern.worker.folder.PoolPath;
import dev.cistern.worker.mount.Mounts;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;

/**
 * Mounts what the pool is on, claims its folder, clears away what earlier runs left unpublished,
 * and measures it.
 */
final class StartPool implements CommandHandler<Command.StartPool> {
    private final PoolProbes probes;

    StartPool(PoolProbes probes) {
        this.probes = probes;
    }

    @Override
    public List<String> crashPoints() {
        return List.of("stage", "publish");
    }

    @Override
    public Result handle(Command.StartPool command, Work work) throws IOException {
        work.requireStanding();
        Mounts.mount(command.pool());
        try (var files = PoolPath.open(command.pool());
                var house = house(command, files);
                var _ = lock(house)) {
            var marker = house.marker();
            if (command.claimed() || marker.isPresent()) {
                PoolFolder.requireOurs(command.pool(), marker);
            }
            var before = marker.map(Marker::epoch).orElse(Long.MIN_VALUE);
            work.requireStanding();
            if (before > command.pool().epoch()) {
                throw stale(command.pool(), before);
            }
            if (before < command.pool().epoch()) {
                claim(command.pool(), house, work);
            }
            probes.watch(command.pool());
            return new Result.PoolStarted(PoolPath.figures(files));
        }
    }

    /** A folder that was claimed and has no marker any more is not written to. */
    private static House house(Command.StartPool command, Directory files) throws IOException {
        try {
            return command.claimed() ? House.open(files) : House.openOrMake(files);
        } catch (NoSuchFileException _) {
            throw PoolFolder.unmarked(command.pool());
        }
    }

    private static OfdLock lock(House house) throws IOException {
        return house.lockClaim()
                .orElseThrow(() -> new DroppedException("another has the lock of the pool"));
    }

    /** Nothing runs on the pool between the epochs, so whatever is staged is left over. */
    private static void claim(PoolPlace place, House house, Work work) throws IOException {
        house.staging().clear();
        work.crashPoint("stage");
        house.claim(new Marker(place.installation(), place.poolId(), place.epoch()));
        work.crashPoint("publish");
    }

    private static ProblemException stale(PoolPlace place, long seen) {
        return new ProblemException(
                ProblemCode.STALE,
                "the command is of epoch %d of the pool in %s, which has seen epoch %d"
                        .formatted(place.epoch(), place.path(), seen));
    }
}
