package dev.cistern.worker.folder;

import dev.cistern.image.storage.Directory;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/** The records of a pool's volumes, {@code .cistern/volumes/}. */
public final class VolumeRecords {
    private static final Pattern ID = Pattern.compile("[0-9a-f-]{36}");

    private final Directory folder;
    private final Documents<VolumeRecord> documents;

    VolumeRecords(Directory folder) {
        this.folder = folder;
        this.documents = new Documents<>(folder, VolumeRecord.class);
    }

    /** The record of a volume. */
    public Optional<VolumeRecord> find(UUID volume) throws IOException {
        return documents.read(volume.toString());
    }

    /** Writes a record; on disk when this returns. */
    public void write(VolumeRecord document) throws IOException {
        documents.write(document.volumeId().toString(), document);
    }

    /** Removes records that a process which ended was writing longer ago than this. */
    void removeUnfinishedOlderThan(Duration age) throws IOException {
        documents.removeUnfinishedOlderThan(age);
    }

    /** The volumes that are not gone, by inode of their file. */
    public Map<Long, VolumeRecord> byInode() throws IOException {
        var found = new HashMap<Long, VolumeRecord>();
        for (var name : folder.list()) {
            var document = isId(name) ? documents.read(name) : Optional.<VolumeRecord>empty();
            if (document.isPresent() && !document.get().deleted()) {
                var inode = document.get().inode();
                if (inode != null) {
                    found.put(inode, document.get());
                }
            }
        }
        return found;
    }

    /** Not so of a document that is just being written. */
    private static boolean isId(String name) {
        return ID.matcher(name).matches();
    }
}
