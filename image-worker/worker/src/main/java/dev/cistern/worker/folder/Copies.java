package dev.cistern.worker.folder;

import dev.cistern.common.message.SnapshotRef;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.FileStatus;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import java.util.UUID;

/**
 * What images were, kept as files of their own: {@code .cistern/snapshots/<volume>/<snapshot>}, and
 * of an image of several files {@code <snapshot>-s001} and the like beside it, which come first and
 * go last: without the file by which it is opened there is no copy. The folders are made when the
 * first is needed.
 */
public final class Copies {
    private static final String ROOM = "snapshots";
    private static final int MODE = 0700;

    private final Directory house;

    Copies(Directory house) {
        this.house = house;
    }

    /** Where a copy is, from the pool's folder. */
    public static String path(UUID volume, UUID snapshot) {
        return "%s/%s/%s/%s".formatted(House.NAME, ROOM, volume, snapshot);
    }

    /** The copy's file; empty if there is none. */
    public Optional<FileStatus> find(UUID volume, UUID snapshot) throws IOException {
        try (var folder = of(volume)) {
            return folder.status(name(snapshot));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
    }

    /** Bytes that the host spends on all files of a copy. */
    public long allocated(UUID volume, UUID snapshot) throws IOException {
        try (var folder = of(volume)) {
            var bytes = 0L;
            for (var file : folder.list()) {
                if (file.equals(name(snapshot)) || isExtent(file, snapshot)) {
                    bytes += folder.status(file).map(FileStatus::allocated).orElse(0L);
                }
            }
            return bytes;
        }
    }

    /**
     * Tells one that is there from one that someone has removed.
     *
     * @param image that it is of, for messages
     * @throws ProblemException if it is not there
     */
    public void require(UUID volume, SnapshotRef snapshot, String image) throws IOException {
        if (find(volume, snapshot.id()).isEmpty()) {
            throw new ProblemException(
                    ProblemCode.SNAPSHOT_NOT_FOUND,
                    "the copy that snapshot '%s' of %s is has been removed from the pool's folder: delete the snapshot"
                            .formatted(snapshot.name(), image));
        }
    }

    /**
     * The folder with the copies of a volume, each by the id of its snapshot.
     *
     * @throws NoSuchFileException if it has none
     */
    public Directory of(UUID volume) throws IOException {
        try (var room = house.openDirectory(ROOM)) {
            return room.openDirectory(volume.toString());
        }
    }

    /** What a copy is called in its folder, and its other files begin with that and a dash. */
    public static String name(UUID snapshot) {
        return snapshot.toString();
    }

    /** Gives the other files of a staged image their places here; on disk when this returns. */
    public void publishExtents(StagedFiles staged, UUID volume) throws IOException {
        makeRoom(volume);
        try (var folder = of(volume)) {
            staged.publishExtents(folder);
        }
    }

    /** Gives the staged image its place, which comes last; on disk when this returns. */
    public void publish(StagedFiles staged, UUID volume, UUID snapshot) throws IOException {
        try (var folder = of(volume)) {
            staged.publish(folder, name(snapshot));
            folder.sync();
        }
    }

    /** Makes the folder of a volume, if it is not there; on disk when this returns. */
    void makeRoom(UUID volume) throws IOException {
        made(house, ROOM);
        try (var room = house.openDirectory(ROOM)) {
            made(room, volume.toString());
        }
    }

    /** Whether a volume has a folder. */
    boolean hasRoom(UUID volume) throws IOException {
        try (var room = house.openDirectory(ROOM)) {
            return room.status(volume.toString()).isPresent();
        } catch (NoSuchFileException _) {
            return false;
        }
    }

    /** Whoever has made it may have died before it was on disk. */
    private static void made(Directory in, String name) throws IOException {
        try {
            in.makeDirectory(name, MODE);
        } catch (FileAlreadyExistsException _) {
            // An earlier copy has made it.
        }
        in.sync();
    }

    /** Removes the file by which a copy is opened; on disk when this returns. */
    public void drop(UUID volume, UUID snapshot) throws IOException {
        try (var folder = of(volume)) {
            if (folder.unlinkIfExists(name(snapshot))) {
                folder.sync();
            }
        } catch (NoSuchFileException _) {
            // With the folder its files are gone.
        }
    }

    /** Removes the other files of a copy that is none yet, or none any more; on disk likewise. */
    public void dropExtents(UUID volume, UUID snapshot) throws IOException {
        try (var folder = of(volume)) {
            var extents = folder.list().stream().filter(file -> isExtent(file, snapshot)).toList();
            for (var extent : extents) {
                var _ = folder.unlinkIfExists(extent);
            }
            if (!extents.isEmpty()) {
                folder.sync();
            }
        } catch (NoSuchFileException _) {
            // With the folder its files are gone.
        }
    }

    /** Whether a file in the folder is one of the others of a copy. */
    public static boolean isExtent(String file, UUID snapshot) {
        return file.startsWith(name(snapshot) + "-");
    }

    /** Removes all copies of a volume. */
    public void dropAll(UUID volume) throws IOException {
        try (var room = house.openDirectory(ROOM)) {
            room.removeTree(volume.toString());
        } catch (NoSuchFileException _) {
            // No volume of the pool has any.
        }
    }
}
