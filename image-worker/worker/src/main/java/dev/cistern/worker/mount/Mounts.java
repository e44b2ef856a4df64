package dev.cistern.worker.mount;

import dev.cistern.common.message.PoolMount;
import dev.cistern.common.message.PoolPlace;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Mounts what pools are on, and takes it off. Mounts belong to the machine, so this keeps nothing
 * but which epochs of pools are over; one call at a time works on the mounts of this process.
 */
public final class Mounts {
    private static final Logger LOG = Logger.getLogger(Mounts.class);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** A look by another program, an indexer for example, keeps a file system busy for a moment. */
    private static final int TRIES = 5;

    private static final Map<UUID, Long> LEFT = new ConcurrentHashMap<>();

    private Mounts() {}

    /**
     * Mounts what the pool is on, unless something is mounted on its folder already. A pool that
     * was stopped in this epoch or a later one is not mounted by a command that comes late.
     *
     * @throws ProblemException if it cannot be mounted, or another device is mounted there
     */
    public static synchronized void mount(PoolPlace place) throws IOException {
        var mount = place.mount();
        if (mount == null || LEFT.getOrDefault(place.poolId(), -1L) >= place.epoch()) {
            return;
        }
        var folder = Path.of(place.path());
        var mounted = MountTable.sourceOn(folder);
        if (mounted.isPresent()) {
            requireSame(mounted.get(), mount, folder);
            return;
        }
        if (!Files.isDirectory(folder)) {
            throw new ProblemException(
                    ProblemCode.POOL_INACCESSIBLE,
                    "the folder %s, on which %s is to be mounted, does not exist: build the pool"
                            .formatted(folder, mount.source()));
        }
        run(mountCommand(mount, folder));
        LOG.infof("%s is mounted on %s", mount.source(), folder);
    }

    /** Whether something is mounted right on the pool's folder, or nothing has to be. */
    public static boolean isThere(PoolPlace place) throws IOException {
        return place.mount() == null || MountTable.sourceOn(Path.of(place.path())).isPresent();
    }

    /**
     * Takes off what is mounted on the pool's folder, if the pool is one that has to be mounted.
     *
     * @throws ProblemException if something still uses it
     */
    public static synchronized void leave(PoolPlace place) throws IOException {
        if (place.mount() == null) {
            return;
        }
        LEFT.merge(place.poolId(), place.epoch(), Math::max);
        unmount(place);
    }

    /** Takes it off for now: a command of the same epoch may mount it again. */
    public static synchronized void unmount(PoolPlace place) throws IOException {
        var folder = Path.of(place.path());
        for (var tried = 1;
                place.mount() != null && MountTable.sourceOn(folder).isPresent();
                tried++) {
            var outcome = SystemProgram.run(PATIENCE, List.of("umount", "--", folder.toString()));
            if (!outcome.succeeded() && tried == TRIES) {
                throw failed("umount", outcome);
            }
            pauseUnless(outcome.succeeded());
        }
    }

    private static void pauseUnless(boolean done) throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(done ? 0 : 300);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while a file system was being unmounted", e);
        }
    }

    private static void run(List<String> command) throws IOException {
        var outcome = SystemProgram.run(PATIENCE, command);
        if (!outcome.succeeded()) {
            throw failed(command.getFirst(), outcome);
        }
    }

    private static ProblemException failed(String program, SystemProgram.Outcome outcome) {
        return new ProblemException(
                ProblemCode.POOL_INACCESSIBLE,
                "%s failed with status %d: %s"
                        .formatted(program, outcome.status(), outcome.said()));
    }

    /** As {@code mount [-t TYPE] [-o OPTIONS] -- SOURCE FOLDER}. */
    static List<String> mountCommand(PoolMount mount, Path folder) {
        var command = new ArrayList<String>();
        command.add("mount");
        if (mount.type() != null) {
            command.add("-t");
            command.add(mount.type());
        }
        if (!mount.options().isEmpty()) {
            command.add("-o");
            command.add(String.join(",", mount.options()));
        }
        command.add("--");
        command.add(mount.source());
        command.add(folder.toString());
        return command;
    }

    /** A server has many names, a device just one. */
    private static void requireSame(String mounted, PoolMount mount, Path folder)
            throws IOException {
        var wanted = Path.of(mount.source());
        var device = mount.source().startsWith("/dev/") && mounted.startsWith("/dev/");
        if (device
                && Files.exists(wanted)
                && !wanted.toRealPath().equals(Path.of(mounted).toRealPath())) {
            throw new ProblemException(
                    ProblemCode.POOL_INACCESSIBLE,
                    "%s is mounted on %s, where the pool has %s: unmount it"
                            .formatted(mounted, folder, mount.source()));
        }
    }
}
