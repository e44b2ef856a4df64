package dev.cistern.worker.folder;

import dev.cistern.common.message.Heartbeat.Abilities;
import dev.cistern.common.message.PoolPlace;
import dev.cistern.image.storage.DirectIo;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.StorageCapabilities.Support;
import dev.cistern.worker.execution.PoolProbes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** Looks whether a pool's folder is there and the pool's, and finds out once what it can do. */
public final class PoolLook implements PoolProbes.Look {
    /** A lock that no volume has. */
    private static final UUID TRIAL = new UUID(0, 0);

    private final Map<UUID, Abilities> known = new ConcurrentHashMap<>();

    @Override
    public Abilities at(PoolPlace place) throws IOException {
        try (var pool = PoolFolder.open(place)) {
            var before = known.get(place.poolId());
            if (before != null) {
                return before;
            }
            var found = abilities(pool);
            known.put(place.poolId(), found);
            return found;
        }
    }

    private static Abilities abilities(PoolFolder pool) throws IOException {
        var tried = pool.capabilities();
        return new Abilities(
                tried.fileSystem(),
                tried.reflink() == Support.YES,
                tried.punchHole() == Support.YES,
                keepsLocks(pool),
                opensDirectly(pool.files()));
    }

    private static boolean keepsLocks(PoolFolder pool) {
        try (var _ = pool.lock(TRIAL).orElse(null)) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    private static boolean opensDirectly(Directory files) {
        var marker = Path.of(files.path(), House.NAME, "pool");
        return DirectIo.isPossible(marker);
    }
}
