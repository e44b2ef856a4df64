package dev.cistern.common.message;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Work for a worker. A record here, its handler in the worker and its use case in a service are all
 * that a command is.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface Command {

    /** The pool whose folder the work is in. */
    PoolPlace pool();

    /**
     * Makes the pool's folder if it is absent and gives it owner and mode, as {@code virsh
     * pool-build}.
     *
     * @param formatting of the pool's device, or null to leave it alone
     */
    record BuildPool(PoolPlace pool, Permissions permissions, @Nullable Formatting formatting)
            implements Command {
        /** To make the folder alone. */
        public BuildPool(PoolPlace pool, Permissions permissions) {
            this(pool, permissions, null);
        }
    }

    /**
     * Claims the pool's folder for this installation and measures it.
     *
     * @param claimed whether an earlier start has put the marker there: one that is absent then
     *     means a vanished mount
     */
    record StartPool(PoolPlace pool, boolean claimed) implements Command {}

    /** Takes its leave of the pool's folder; what is in it stays. */
    record StopPool(PoolPlace pool) implements Command {}

    /**
     * Takes the claim off the pool's folder, so that another pool may be started on it; what is in
     * it stays.
     */
    record ReleasePool(PoolPlace pool) implements Command {}

    /**
     * Removes the folder of a pool that has no files but Cistern's own, as {@code virsh
     * pool-delete}.
     *
     * @param device whose content is overwritten with zeroes first, or null
     */
    record DeletePool(PoolPlace pool, @Nullable String device) implements Command {}

    /**
     * Lists the images in the pool's folder; the answer comes in {@link Result.PoolScanPage pages}.
     *
     * @param basis an earlier scan, by its operation: a worker that remembers it need only tell
     *     what is different since; null to be told everything
     */
    record ScanPool(PoolPlace pool, @Nullable UUID basis) implements Command {}

    /**
     * Looks at one file in the pool's folder, of which no volume need be known.
     *
     * @param name of the file, as users see it
     */
    record LookAtFile(PoolPlace pool, String name) implements Command {}

    /**
     * Removes a leftover for good.
     *
     * @param inode its number: a later one of that name is not touched
     */
    record PurgeLeftover(PoolPlace pool, Leftover.Room room, String name, long inode)
            implements Command {}

    /** Work on one volume, done under its lock. */
    sealed interface OfVolume extends Command {
        /** The volume. */
        UUID volumeId();

        /**
         * Counts the changes of the volume: a command with a lower one than the folder has seen is
         * stale.
         */
        long generation();
    }

    /**
     * Makes a new image and publishes it under its name.
     *
     * @param name file name in the pool's folder
     * @param format raw or qcow2
     * @param capacity bytes that a guest will see
     */
    record CreateVolume(
            PoolPlace pool,
            UUID volumeId,
            long generation,
            String name,
            String format,
            long capacity,
            Permissions permissions,
            ImageOptions options)
            implements OfVolume {
        /** Without options in the JSON of an earlier version the image is as usual. */
        @SuppressWarnings("NullAway")
        public CreateVolume {
            options = options == null ? ImageOptions.USUAL : options;
        }
    }

    /**
     * Makes a new image that reads as another volume does, or did in a snapshot, or as a file in a
     * pool does that is no volume, and publishes it under its name.
     *
     * @param name file name in the pool's folder
     * @param format of the new image; without a shape that of the source, or qcow2 for a linked one
     * @param shape what the new image is to be like: its content is copied, or what it is linked
     *     to; null for a copy of the source's file, with all that is in it, or a usual link
     */
    record CloneVolume(
            PoolPlace pool,
            UUID volumeId,
            long generation,
            String name,
            String format,
            Permissions permissions,
            ImageSource source,
            CloneStrategy strategy,
            @Nullable ImageShape shape)
            implements OfVolume {}

    /** Makes an image independent of those below it, by copying into it what it has from them. */
    record FlattenVolume(PoolPlace pool, UUID volumeId, long generation, ImageRef image)
            implements OnImage {}

    /**
     * Writes what an image has of its own into the one right below it, of which it then has nothing
     * more.
     *
     * @param baseId the volume of the image below, which no other builds on
     */
    record CommitVolume(
            PoolPlace pool,
            UUID volumeId,
            long generation,
            ImageRef image,
            UUID baseId,
            ImageRef base)
            implements OnImage {}

    /**
     * Overwrites what an image has of its own, such that nobody reads it again.
     *
     * @param algorithm the passes
     */
    record WipeVolume(
            PoolPlace pool, UUID volumeId, long generation, ImageRef image, WipeAlgorithm algorithm)
            implements OnImage {}

    /** Gives the space back that an image spends on zeroes. */
    record CompactVolume(PoolPlace pool, UUID volumeId, long generation, ImageRef image)
            implements OnImage {}

    /**
     * Makes the content of a volume an image of another format, or of the same with other options,
     * under the same name. What the image builds on it needs no more.
     *
     * @param format from then on
     * @param options beyond it
     */
    record ConvertVolume(
            PoolPlace pool,
            UUID volumeId,
            long generation,
            ImageRef image,
            String format,
            ImageOptions options)
            implements OnImage {}

    /**
     * Brings a volume into another pool, whose place is {@link #pool}; its file in the first one
     * goes last.
     *
     * @param from the pool that it is in, within reach of the same worker
     * @param image its file there
     * @param name of its file in the other pool
     */
    record MoveVolume(
            PoolPlace pool,
            UUID volumeId,
            long generation,
            PoolPlace from,
            ImageRef image,
            String name,
            Permissions permissions)
            implements OnImage {}

    /** Gives a volume's file another name in its pool. */
    record RenameVolume(
            PoolPlace pool, UUID volumeId, long generation, ImageRef image, String newName)
            implements OnImage {}

    /**
     * Puts a volume's file aside, from where it can be {@linkplain RestoreVolume restored} or
     * {@linkplain DeleteVolume deleted}.
     */
    record TrashVolume(PoolPlace pool, UUID volumeId, long generation, ImageRef image)
            implements OnImage {}

    /**
     * Brings a volume's file back that was put aside.
     *
     * @param image its file, with the name that it is to have
     */
    record RestoreVolume(PoolPlace pool, UUID volumeId, long generation, ImageRef image)
            implements OnImage {}

    /**
     * Has a file that is there as a volume's, whatever it was before.
     *
     * @param name of the file in the pool's folder, from now on
     * @param inode the file's number
     * @param kept its name among the files that can be restored, from where it is brought; null if
     *     it is in the pool's folder already
     */
    record AdoptFile(
            PoolPlace pool,
            UUID volumeId,
            long generation,
            String name,
            long inode,
            @Nullable String kept)
            implements OfVolume {}

    /**
     * Takes a volume's file out of the pool, or out of where it was put aside.
     *
     * @param inode the file's inode when it was last seen: another file under the name is not
     *     touched; null when it was never seen
     */
    record DeleteVolume(
            PoolPlace pool, UUID volumeId, long generation, String name, @Nullable Long inode)
            implements OfVolume {}

    /** Work on the file of a volume that is there, which is changed where it is. */
    sealed interface OnImage extends OfVolume {
        /** The file. */
        ImageRef image();
    }

    /**
     * Gives an image another capacity.
     *
     * @param capacity bytes that a guest will see, a multiple of 512
     * @param shrink whether less than before is meant; what is cut off is lost
     * @param allocate whether what is added takes its space at once
     */
    record ResizeVolume(
            PoolPlace pool,
            UUID volumeId,
            long generation,
            ImageRef image,
            long capacity,
            boolean shrink,
            boolean allocate)
            implements OnImage {}

    /**
     * Checks an image, and repairs what it may.
     *
     * @param repair what may be changed
     */
    record CheckVolume(
            PoolPlace pool, UUID volumeId, long generation, ImageRef image, Repair repair)
            implements OnImage {}

    /** What a check may change, in the words of {@code qemu-img check -r}. */
    enum Repair {
        NONE,
        LEAKS,
        ALL
    }

    /**
     * Lets a client read what is in a volume, through the worker's own HTTP port, until it says
     * that it has all. The volume may be read by others meanwhile, and is not changed.
     *
     * @param asGuestSees whether it is given what a guest reads, or the bytes of the file
     */
    record DownloadVolume(
            PoolPlace pool,
            UUID volumeId,
            long generation,
            ImageRef image,
            Ticket ticket,
            boolean asGuestSees)
            implements OnImage {}

    /**
     * Takes another content for a volume from a client, through the worker's own HTTP port, and
     * puts it in place when the client says that it is whole.
     *
     * @param size bytes of the file that the client sends, the most that are taken
     * @param capacity the most that a guest may see of it
     * @param onto whether the file begins as what the volume has, of which the client sends a part
     */
    record UploadVolume(
            PoolPlace pool,
            UUID volumeId,
            long generation,
            ImageRef image,
            Ticket ticket,
            long size,
            long capacity,
            boolean onto)
            implements OnImage {}

    /** Work on a snapshot of a volume. */
    sealed interface OnSnapshot extends OnImage {
        /** The snapshot. */
        SnapshotRef snapshot();
    }

    /** Keeps an image as it is now, inside of it. */
    record CreateSnapshot(
            PoolPlace pool, UUID volumeId, long generation, ImageRef image, SnapshotRef snapshot)
            implements OnSnapshot {}

    /** Gives a snapshot up. */
    record DeleteSnapshot(
            PoolPlace pool, UUID volumeId, long generation, ImageRef image, SnapshotRef snapshot)
            implements OnSnapshot {}

    /** Makes an image what it was; what was written since is lost, the snapshot stays. */
    record RevertToSnapshot(
            PoolPlace pool, UUID volumeId, long generation, ImageRef image, SnapshotRef snapshot)
            implements OnSnapshot {}

    /**
     * Keeps an image as it is now, as a copy in Cistern's own folder: for formats whose images have
     * no snapshots inside.
     */
    record KeepCopy(
            PoolPlace pool, UUID volumeId, long generation, ImageRef image, SnapshotRef snapshot)
            implements OnSnapshot {}

    /** Gives a kept copy up. */
    record DropCopy(
            PoolPlace pool, UUID volumeId, long generation, ImageRef image, SnapshotRef snapshot)
            implements OnSnapshot {}

    /** Makes an image what a copy of it has kept, which stays. */
    record ReturnToCopy(
            PoolPlace pool, UUID volumeId, long generation, ImageRef image, SnapshotRef snapshot)
            implements OnSnapshot {}

    /**
     * Keeps a qcow2 image as it is now, as a file in the pool's folder that nobody writes to any
     * more ({@link SealedFile}), over which the volume goes on in a new image.
     */
    record SealImage(
            PoolPlace pool, UUID volumeId, long generation, ImageRef image, SnapshotRef snapshot)
            implements OnSnapshot {}

    /**
     * Gives a sealed file up: the images over it take what they have from it, and are over what it
     * was over.
     */
    record DropSealed(
            PoolPlace pool, UUID volumeId, long generation, ImageRef image, SnapshotRef snapshot)
            implements OnSnapshot {}

    /** Has a volume go on in a new image over a sealed file; what it is now is lost. */
    record ReturnToSealed(
            PoolPlace pool, UUID volumeId, long generation, ImageRef image, SnapshotRef snapshot)
            implements OnSnapshot {}

    /**
     * Ends what a cancelled or overdue operation may have left: stops it, undoes it or records that
     * it is done, and puts its tombstone into the journal so that no late copy of its command has
     * an effect.
     *
     * @param operation the operation to settle
     * @param command its command
     */
    record Settle(PoolPlace pool, UUID volumeId, long generation, UUID operation, OfVolume command)
            implements OfVolume {}

    /** The name on the wire, such as {@code CreateVolume}. */
    @JsonIgnore
    default String kind() {
        return getClass().getSimpleName();
    }
}
