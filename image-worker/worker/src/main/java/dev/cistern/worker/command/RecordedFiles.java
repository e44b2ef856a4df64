package dev.cistern.worker.command;

import dev.cistern.common.message.FileFacts;
import dev.cistern.image.storage.FileStatus;
import dev.cistern.worker.folder.PoolFolder;
import dev.cistern.worker.folder.VolumeRecord;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The files in a pool's folder, in the light of the records of its volumes, which are read when the
 * first is asked for.
 */
final class RecordedFiles {
    private final PoolFolder pool;
    private @Nullable Map<Long, VolumeRecord> byInode;

    RecordedFiles(PoolFolder pool) {
        this.pool = pool;
    }

    /** The volume whose file has this inode. */
    Optional<VolumeRecord> of(long inode) throws IOException {
        if (byInode == null) {
            byInode = pool.volumes().byInode();
        }
        return Optional.ofNullable(byInode.get(inode));
    }

    /** What there is to say of a file; what a record says of its format outranks the content. */
    FileFacts facts(String name, FileStatus status) throws IOException {
        var document = of(status.inode());
        return document.isPresent() && document.get().name().equals(name)
                ? Facts.of(pool.files(), name, status, document.get().format())
                : Facts.byContent(pool.files(), name, status);
    }
}
