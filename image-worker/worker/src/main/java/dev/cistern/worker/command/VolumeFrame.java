package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.Problem;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.storage.OfdLock;
import dev.cistern.worker.execution.DroppedException;
import dev.cistern.worker.execution.PoolProbes;
import dev.cistern.worker.execution.Work;
import dev.cistern.worker.folder.PoolFolder;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Around every command on a volume: the pool is the right one, the volume is locked, the command is
 * not stale, and one that was carried out before is answered from the journal.
 */
final class VolumeFrame<C extends Command.OfVolume> implements CommandHandler<C> {
    private static final Logger LOG = Logger.getLogger(VolumeFrame.class);

    private final VolumeHandler<C> handler;
    private final PoolProbes probes;
    private final Passphrases passphrases;

    VolumeFrame(VolumeHandler<C> handler, PoolProbes probes, Passphrases passphrases) {
        this.handler = handler;
        this.probes = probes;
        this.passphrases = passphrases;
    }

    @Override
    public List<String> crashPoints() {
        return Stream.concat(handler.crashPoints().stream(), Stream.of("journal")).toList();
    }

    @Override
    public Result handle(C command, Work work) throws IOException {
        try (var pool = PoolFolder.open(command.pool());
                var _ = lock(pool, command, work);
                var keys = new Keys(passphrases)) {
            probes.watch(command.pool());
            requireFresh(command, pool);
            var volume = new VolumeWork(pool, work, work.operation(), command, keys);
            var known = known(volume);
            return known.isPresent() ? known.get() : concluded(command, volume);
        }
    }

    /** Null if the work is taken over from one that has the lock and was silent for too long. */
    private @Nullable OfdLock lock(PoolFolder pool, C command, Work work) throws IOException {
        var lock =
                handler.shares()
                        ? pool.lockShared(command.volumeId())
                        : pool.lock(command.volumeId());
        if (lock.isEmpty() && work.attempt() < handler.takeover()) {
            throw new DroppedException("another has the lock of volume " + command.volumeId());
        }
        return lock.orElse(null);
    }

    private static void requireFresh(Command.OfVolume command, PoolFolder pool) throws IOException {
        var volume = pool.volumes().find(command.volumeId());
        if (volume.isPresent() && volume.get().generation() > command.generation()) {
            throw new ProblemException(
                    ProblemCode.STALE,
                    "the command is of generation %d of volume %s, which has seen generation %d"
                            .formatted(
                                    command.generation(),
                                    command.volumeId(),
                                    volume.get().generation()));
        }
    }

    private static Optional<Result> known(VolumeWork volume) {
        var outcome = volume.entry().outcome();
        if (outcome != null) {
            return Optional.of(outcome);
        }
        return volume.entry().settled()
                ? Optional.of(
                        new Result.CommandFailed(
                                Problem.of(
                                        ProblemCode.CANCELLED,
                                        "the operation was cancelled before this copy of its command came")))
                : Optional.empty();
    }

    private Result concluded(C command, VolumeWork volume) {
        var result = result(command, volume);
        if (!(result instanceof Result.CommandFailed(var problem))
                || Problems.remembered(problem)) {
            conclude(volume, result);
        }
        return result;
    }

    private Result result(C command, VolumeWork volume) {
        try {
            return handler.apply(command, volume);
        } catch (DroppedException e) {
            throw e;
        } catch (ProblemException e) {
            return new Result.CommandFailed(e.problem());
        } catch (IOException e) {
            return new Result.CommandFailed(Problems.of(e, command));
        } catch (RuntimeException e) {
            // Once something may be published, a failure would be a lie.
            throw volume.intent() == null ? e : new DroppedException("a defect: " + e, e);
        }
    }

    /** Without it, a copy of the command finds out again what the folder tells. */
    private static void conclude(VolumeWork volume, Result result) {
        try {
            volume.conclude(result);
        } catch (IOException e) {
            LOG.infof("the outcome of operation %s is not kept: %s", volume.operation(), e);
        }
    }
}
