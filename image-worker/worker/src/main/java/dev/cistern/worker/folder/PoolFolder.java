package dev.cistern.worker.folder;

import dev.cistern.common.message.Leftover;
import dev.cistern.common.message.PoolFigures;
import dev.cistern.common.message.PoolPlace;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.OfdLock;
import dev.cistern.image.storage.StorageCapabilities;
import dev.cistern.worker.mount.Mounts;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A pool's folder, opened for one command through a directory descriptor and only after the claim
 * in it was found to be this pool's.
 *
 * <p>Nothing is kept open between commands, so a mount that vanished, came back or was replaced is
 * noticed by the next one.
 */
public final class PoolFolder implements AutoCloseable {
    private final PoolPlace place;
    private final Directory files;
    private final House house;

    private PoolFolder(PoolPlace place, Directory files, House house) {
        this.place = place;
        this.files = files;
        this.house = house;
    }

    /**
     * Opens a claimed pool. One that has to be mounted first is: the start of a pool on shared
     * storage was the work of one worker, and this may be another.
     *
     * @throws ProblemException with {@link ProblemCode#POOL_INACCESSIBLE} if the folder or its
     *     marker is not there, with {@link ProblemCode#POOL_FOREIGN} if it is another pool's
     */
    @SuppressWarnings("MustBeClosedChecker")
    public static PoolFolder open(PoolPlace place) throws IOException {
        try {
            return openAsItIs(place);
        } catch (ProblemException e) {
            if (e.problem().code() != ProblemCode.POOL_INACCESSIBLE || Mounts.isThere(place)) {
                throw e;
            }
            Mounts.mount(place);
            return openAsItIs(place);
        }
    }

    @SuppressWarnings("MustBeClosedChecker")
    private static PoolFolder openAsItIs(PoolPlace place) throws IOException {
        var files = PoolPath.open(place);
        try {
            return new PoolFolder(place, files, claimedHouse(place, files));
        } catch (IOException | RuntimeException e) {
            files.close();
            throw e;
        }
    }

    /**
     * Opens another pool than the one that a command is of.
     *
     * @throws ProblemException with {@link ProblemCode#IO_ERROR} if it cannot be had: what is amiss
     *     there is not said of the command's own pool
     */
    @SuppressWarnings("MustBeClosedChecker")
    public static PoolFolder openOther(PoolPlace place) throws IOException {
        try {
            return open(place);
        } catch (ProblemException e) {
            throw new ProblemException(
                    ProblemCode.IO_ERROR,
                    "the pool that it comes from cannot be read: " + e.problem().detail());
        }
    }

    private static House claimedHouse(PoolPlace place, Directory files) throws IOException {
        try {
            var house = House.open(files);
            try {
                requireOurs(place, house.marker());
                return house;
            } catch (IOException | RuntimeException e) {
                house.close();
                throw e;
            }
        } catch (NoSuchFileException _) {
            throw unmarked(place);
        }
    }

    /**
     * Checks a marker.
     *
     * @throws ProblemException if it is absent or another pool's
     */
    public static void requireOurs(PoolPlace place, Optional<Marker> marker) {
        if (marker.isEmpty()) {
            throw unmarked(place);
        }
        if (!marker.get().poolId().equals(place.poolId())
                || !marker.get().installation().equals(place.installation())) {
            throw new ProblemException(
                    ProblemCode.POOL_FOREIGN,
                    "the folder %s belongs to pool %s of installation %s, as its .cistern/pool says: undefine that pool first, or define this one with another path"
                            .formatted(
                                    place.path(),
                                    marker.get().poolId(),
                                    marker.get().installation()));
        }
    }

    /** The folder is there, but not its marker. */
    public static ProblemException unmarked(PoolPlace place) {
        return new ProblemException(
                ProblemCode.POOL_INACCESSIBLE,
                "the folder %s has no .cistern/pool, which the pool's first start has put there: is its file system mounted?"
                        .formatted(place.path()));
    }

    /** The pool's own files. */
    public Directory files() {
        return files;
    }

    /** The records of its volumes. */
    public VolumeRecords volumes() {
        return house.volumes();
    }

    /** Intents and outcomes. */
    public Journal journal() {
        return house.journal();
    }

    /** Where new files are made. */
    public Staging staging() {
        return house.staging();
    }

    /** Where files go that are to be removed. */
    public Trash trash() {
        return house.trash();
    }

    /** What is in Cistern's own folder, the oldest first. */
    public List<Leftover> leftovers() throws IOException {
        return Stream.concat(staging().leftovers().stream(), trash().leftovers().stream())
                .sorted(Comparator.comparing(Leftover::modified))
                .toList();
    }

    /** Removes a leftover for good, if it is still the one with that inode. */
    public void purge(Leftover.Room room, String name, long inode) throws IOException {
        switch (room) {
            case STAGING -> staging().purge(name, inode);
            case TRASH, KEPT -> trash().purge(name, inode);
        }
    }

    /** What its volumes were, where their images do not keep that themselves. */
    public Copies copies() {
        return house.copies();
    }

    /** What its volumes were, where others are over that. */
    public SealedFiles sealedFiles() {
        return new SealedFiles(files, house.copies());
    }

    /** What its file system can do, tried out of the users' sight. */
    StorageCapabilities capabilities() throws IOException {
        return house.capabilities();
    }

    /** Where it is. */
    public PoolPlace place() {
        return place;
    }

    /** The lock of a volume for changes to it; empty if a process that is alive has it. */
    public Optional<OfdLock> lock(UUID volume) throws IOException {
        return house.lock(volume.toString());
    }

    /**
     * The lock of a volume that is read, which readers share; empty if a process that is alive has
     * it for changes.
     */
    public Optional<OfdLock> lockShared(UUID volume) throws IOException {
        return house.lockShared(volume.toString());
    }

    /**
     * Asked before anything is published.
     *
     * @throws ProblemException with {@link ProblemCode#POOL_INACCESSIBLE} if the path leads to
     *     another folder by now, or to none
     */
    public void requireInPlace() throws IOException {
        try (var there = PoolPath.open(place)) {
            var now = there.status();
            var then = files.status();
            if (now.inode() != then.inode() || now.device() != then.device()) {
                throw new ProblemException(
                        ProblemCode.POOL_INACCESSIBLE,
                        "the folder %s was replaced under way: is its file system mounted?"
                                .formatted(place.path()));
            }
        }
    }

    /** libvirt's three numbers. */
    public PoolFigures figures() throws IOException {
        return PoolPath.figures(files);
    }

    @Override
    public void close() throws IOException {
        try (files) {
            house.close();
        }
    }
}
