package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.image.storage.OfdLock;
import dev.cistern.worker.execution.DroppedException;
import dev.cistern.worker.execution.Hand;
import dev.cistern.worker.execution.PoolProbes;
import dev.cistern.worker.execution.Work;
import dev.cistern.worker.folder.PoolFolder;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends an operation for good: finishes what took effect or undoes what did not, and leaves a
 * tombstone in the journal, so that no late copy of its command has an effect.
 *
 * <p>It reports nothing but that: as long as it cannot be done, the claims are kept and the
 * watchdog asks again.
 */
final class Settle implements CommandHandler<Command.Settle> {
    /** How long the one that is being stopped may take to let go of the volume. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private static final Duration PAUSE = Duration.ofMillis(20);

    private final PoolProbes probes;
    private final Hand hand;
    private final VolumeHandlers handlers;
    private final Passphrases passphrases;

    Settle(PoolProbes probes, Hand hand, VolumeHandlers handlers, Passphrases passphrases) {
        this.probes = probes;
        this.hand = hand;
        this.handlers = handlers;
        this.passphrases = passphrases;
    }

    @Override
    public List<String> crashPoints() {
        return List.of("journal");
    }

    @Override
    public Result handle(Command.Settle command, Work work) {
        hand.cancel(command.operation());
        try (var pool = PoolFolder.open(command.pool());
                var _ = lock(pool, command);
                var keys = new Keys(passphrases)) {
            probes.watch(command.pool());
            var volume = new VolumeWork(pool, work, command.operation(), command.command(), keys);
            return new Result.Settled(command.operation(), settle(command, volume));
        } catch (DroppedException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new DroppedException("it cannot be settled now: " + e.getMessage(), e);
        }
    }

    /**
     * One that only reads lets go like any other; others that read meanwhile are not in the way.
     */
    private OfdLock lock(PoolFolder pool, Command.Settle command) throws IOException {
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        var lock = pool.lock(command.volumeId());
        while (lock.isEmpty() && System.nanoTime() - deadline < 0) {
            pause();
            lock = pool.lock(command.volumeId());
        }
        if (lock.isEmpty() && handlers.of(command.command()).handler().shares()) {
            lock = pool.lockShared(command.volumeId());
        }
        return lock.orElseThrow(
                () -> new DroppedException("another has the lock of volume " + command.volumeId()));
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DroppedException("the worker stops", e);
        }
    }

    private @Nullable Result settle(Command.Settle command, VolumeWork volume) throws IOException {
        volume.work().requireStanding();
        if (!volume.entry().settled()) {
            if (volume.entry().outcome() == null) {
                var effect = handlers.of(command.command()).settle(volume);
                if (effect != null) {
                    volume.conclude(effect);
                }
            }
            volume.bury();
            volume.work().crashPoint("journal");
        }
        return volume.entry().effect();
    }
}
