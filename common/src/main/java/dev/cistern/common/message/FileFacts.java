package dev.cistern.common.message;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a worker found out about one image file.
 *
 * @param name file name in the pool's folder
 * @param format raw, qcow2 or vmdk, by content
 * @param capacity bytes that a guest sees
 * @param allocation bytes that the host spends
 * @param backingFile the backing file's name as the image has it, or null
 * @param backingFormat its format as the image has it, or null
 * @param inode the file's inode number
 * @param size length of the file in bytes
 * @param modified the file's mtime
 * @param permissions its owner and mode
 * @param problem why the content could not be read as an image (format and figures are then those
 *     of the bare file), or null
 * @param snapshots of the image that need no other file than its own, oldest first
 * @param options what the image is like, as far as its format has such things; null if that is not
 *     known
 * @param partOf name of the file of which this one is a part, as extents of a vmdk image are; such
 *     a file is no volume of its own; null if it is an image itself
 */
public record FileFacts(
        String name,
        String format,
        long capacity,
        long allocation,
        @Nullable String backingFile,
        @Nullable String backingFormat,
        long inode,
        long size,
        Instant modified,
        Permissions permissions,
        @Nullable String problem,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<SnapshotFacts> snapshots,
        @Nullable ImageOptions options,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String partOf) {

    /** A copy of {@code snapshots} is taken; none is an empty list. */
    @SuppressWarnings("NullAway") // absent in the JSON of a file without any
    public FileFacts {
        snapshots = snapshots == null ? List.of() : List.copyOf(snapshots);
    }

    /** A file of which no more is known. */
    public FileFacts(
            String name,
            String format,
            long capacity,
            long allocation,
            @Nullable String backingFile,
            @Nullable String backingFormat,
            long inode,
            long size,
            Instant modified,
            Permissions permissions,
            @Nullable String problem) {
        this(
                name,
                format,
                capacity,
                allocation,
                backingFile,
                backingFormat,
                inode,
                size,
                modified,
                permissions,
                problem,
                List.of(),
                null,
                null);
    }

    /** The same file as a part of an image, or of none. */
    public FileFacts asPartOf(@Nullable String image) {
        return new FileFacts(
                name,
                format,
                capacity,
                allocation,
                backingFile,
                backingFormat,
                inode,
                size,
                modified,
                permissions,
                problem,
                snapshots,
                options,
                image);
    }
}
