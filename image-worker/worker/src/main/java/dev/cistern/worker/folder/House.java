package dev.cistern.worker.folder;

import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.OfdLock;
import dev.cistern.image.storage.StorageCapabilities;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Cistern's own folder in a pool's folder, {@code .cistern/}. */
public final class House implements AutoCloseable {
    /** Its name; files whose names begin with a dot are no volumes. */
    public static final String NAME = ".cistern";

    private static final String MARKER = "pool";
    private static final String VOLUMES = "volumes";
    private static final String LOCKS = "locks";
    private static final String STAGING = "staging";
    private static final String JOURNAL = "journal";
    private static final String TRASH = "trash";
    private static final List<String> ROOMS = List.of(VOLUMES, LOCKS, STAGING, JOURNAL, TRASH);
    private static final int MODE = 0700;

    private final Directory folder;
    private final Documents<Marker> markers;
    private final List<Directory> opened = new ArrayList<>();
    private final Directory locks;
    private final VolumeRecords volumes;
    private final Journal journal;
    private final Staging staging;
    private final Trash trash;
    private final Copies copies;

    private House(Directory pool, Directory folder) throws IOException {
        this.folder = folder;
        opened.add(folder);
        markers = new Documents<>(folder, Marker.class);
        locks = room(LOCKS);
        volumes = new VolumeRecords(room(VOLUMES));
        journal = new Journal(room(JOURNAL));
        staging = new Staging(room(STAGING), journal, pool);
        trash = new Trash(room(TRASH));
        copies = new Copies(folder);
    }

    /**
     * Opens it, whoever it belongs to.
     *
     * @param pool the folder that it is in, which stays open at least as long
     * @throws java.nio.file.NoSuchFileException if it or a part of it is not there
     */
    public static House open(Directory pool) throws IOException {
        var folder = pool.openDirectory(NAME);
        try {
            return new House(pool, folder);
        } catch (IOException e) {
            folder.close();
            throw e;
        }
    }

    /** Opens it, having made what is not there; on disk when this returns. */
    public static House openOrMake(Directory pool) throws IOException {
        if (make(pool, NAME)) {
            pool.sync();
        }
        try (var folder = pool.openDirectory(NAME)) {
            var made = false;
            for (var room : ROOMS) {
                made |= make(folder, room);
            }
            if (made) {
                folder.sync();
            }
        }
        return open(pool);
    }

    private static boolean make(Directory in, String name) throws IOException {
        try {
            in.makeDirectory(name, MODE);
            return true;
        } catch (FileAlreadyExistsException _) {
            return false;
        }
    }

    /** What the file system of the folder can do. */
    StorageCapabilities capabilities() throws IOException {
        return StorageCapabilities.probe(folder);
    }

    private Directory room(String name) throws IOException {
        try {
            var room = folder.openDirectory(name);
            opened.add(room);
            return room;
        } catch (IOException e) {
            closeAll();
            throw e;
        }
    }

    /** The claim; empty if there is none. */
    public Optional<Marker> marker() throws IOException {
        return markers.read(MARKER);
    }

    /** Claims the folder; on disk when this returns. */
    public void claim(Marker marker) throws IOException {
        markers.write(MARKER, marker);
    }

    /** Takes the claim off; on disk when this returns. */
    public void release() throws IOException {
        if (folder.unlinkIfExists(MARKER)) {
            folder.sync();
        }
    }

    /** The lock for changes to the claim; empty if a process that is alive has it. */
    public Optional<OfdLock> lockClaim() throws IOException {
        return lock(MARKER);
    }

    Optional<OfdLock> lock(String name) throws IOException {
        return OfdLock.tryLock(locks, name, true);
    }

    Optional<OfdLock> lockShared(String name) throws IOException {
        return OfdLock.tryLock(locks, name, false);
    }

    VolumeRecords volumes() {
        return volumes;
    }

    Journal journal() {
        return journal;
    }

    /** Where new files are made. */
    public Staging staging() {
        return staging;
    }

    Trash trash() {
        return trash;
    }

    Copies copies() {
        return copies;
    }

    @Override
    public void close() throws IOException {
        closeAll();
    }

    private void closeAll() throws IOException {
        for (var directory : opened.reversed()) {
            directory.close();
        }
    }
}
