package dev.cistern.worker.command;

import dev.cistern.common.message.KeptFile;
import dev.cistern.common.message.SealedFile;
import dev.cistern.worker.folder.PoolFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** What the files of a volume's snapshots are, after a command that has made or changed some. */
final class KeptFiles {
    private KeptFiles() {}

    /** The sealed file of one snapshot; none if it is gone. */
    static List<KeptFile> sealed(UUID snapshot, String name, PoolFolder pool) throws IOException {
        return pool.sealedFiles().find(name).stream()
                .map(file -> new KeptFile(snapshot, file.allocated()))
                .toList();
    }

    /** All sealed files of a volume. */
    static List<KeptFile> sealed(UUID volume, PoolFolder pool) throws IOException {
        var all = new ArrayList<KeptFile>();
        for (var name : pool.sealedFiles().of(volume)) {
            var snapshot = SealedFile.snapshot(volume, name);
            if (snapshot.isPresent()) {
                all.addAll(sealed(snapshot.get(), name, pool));
            }
        }
        return all;
    }

    /** The copy that a snapshot is. */
    static List<KeptFile> copy(UUID volume, UUID snapshot, PoolFolder pool) throws IOException {
        return List.of(new KeptFile(snapshot, pool.copies().allocated(volume, snapshot)));
    }
}
