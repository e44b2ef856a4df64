package dev.cistern.common.message;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.cistern.common.problem.Problem;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What became of a command. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface Result {

    /** The command failed for good and changed nothing, or nothing that is left. */
    record CommandFailed(Problem problem) implements Result {}

    /** A command was done, or a part of it; its use case knows what that means. */
    sealed interface Done extends Result {}

    /** A volume's file is as it should be, and is described. */
    sealed interface OfFile extends Done {
        /** The volume. */
        UUID volumeId();

        /** Its file now. */
        FileFacts file();
    }

    /**
     * The folder exists.
     *
     * @param folder its owner and mode; null in messages of before they were told
     */
    record PoolBuilt(@Nullable Permissions folder) implements Done {}

    /** The folder is claimed. */
    record PoolStarted(PoolFigures figures) implements Done {}

    /** The worker is done with the folder. */
    record PoolStopped() implements Done {}

    /** The claim is off. */
    record PoolReleased() implements Done {}

    /** The folder is gone. */
    record PoolDeleted() implements Done {}

    /**
     * Some of the files of a scan. Pages come in order, before {@link PoolScanned}.
     *
     * @param page counts from 0
     * @param gone names of files that the {@link PoolScanned#basis basis} had and that are not
     *     there any more
     */
    record PoolScanPage(int page, List<FileFacts> files, List<String> gone) implements Done {
        /** Messages of before there was a basis have no {@code gone}. */
        @SuppressWarnings("ConstantValue")
        public PoolScanPage {
            gone = gone == null ? List.of() : List.copyOf(gone);
        }

        /** A page of files alone. */
        public PoolScanPage(int page, List<FileFacts> files) {
            this(page, files, List.of());
        }
    }

    /**
     * The end of a scan.
     *
     * @param pages how many pages came before
     * @param basis the earlier scan that the pages tell the difference to; null if they tell all
     * @param leftovers some of what is in Cistern's own folder, the oldest
     */
    record PoolScanned(
            int pages, PoolFigures figures, @Nullable UUID basis, List<Leftover> leftovers)
            implements Done {
        /** Messages of before leftovers were told have none. */
        @SuppressWarnings("ConstantValue")
        public PoolScanned {
            leftovers = leftovers == null ? List.of() : List.copyOf(leftovers);
        }

        /** The end of a scan that has come across no leftovers. */
        public PoolScanned(int pages, PoolFigures figures, @Nullable UUID basis) {
            this(pages, figures, basis, List.of());
        }

        /** The end of a scan that told everything. */
        public PoolScanned(int pages, PoolFigures figures) {
            this(pages, figures, null);
        }
    }

    /** The file is there. */
    record FileSeen(FileFacts file) implements Done {}

    /** The leftover is gone, or was not there. */
    record LeftoverPurged() implements Done {}

    /** The image is published. */
    record VolumeCreated(UUID volumeId, FileFacts file) implements OfFile {}

    /**
     * The image was changed where it is.
     *
     * @param kept snapshots in files of their own that the change has made, or has put more into
     */
    record VolumeChanged(
            UUID volumeId,
            FileFacts file,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<KeptFile> kept)
            implements OfFile {
        /** Messages of before such files were told have none. */
        @SuppressWarnings("ConstantValue")
        public VolumeChanged {
            kept = kept == null ? List.of() : List.copyOf(kept);
        }

        /** A change that is of no snapshot in a file of its own. */
        public VolumeChanged(UUID volumeId, FileFacts file) {
            this(volumeId, file, List.of());
        }
    }

    /** The image was checked, and repaired if that was asked. */
    record VolumeChecked(UUID volumeId, FileFacts file, CheckFigures report) implements OfFile {}

    /**
     * The image is published and reads as its source did.
     *
     * @param strategy the one that was used, never {@link CloneStrategy#BEST}
     */
    record VolumeCloned(UUID volumeId, FileFacts file, CloneStrategy strategy) implements OfFile {}

    /** The image is in the other pool, and no longer in the first. */
    record VolumeMoved(UUID volumeId, FileFacts file) implements OfFile {}

    /**
     * What the image had of its own is in the one below.
     *
     * @param base the file of the image below
     */
    record VolumeCommitted(UUID volumeId, FileFacts file, UUID baseId, FileFacts base)
            implements OfFile {}

    /** The image is put aside. */
    record VolumeTrashed(UUID volumeId) implements Done {}

    /**
     * The client has what it wanted of the image.
     *
     * @param bytes that were sent to it
     */
    record VolumeDownloaded(UUID volumeId, long bytes) implements Done {}

    /** The image is gone, or was not there. */
    record VolumeDeleted(UUID volumeId) implements Done {}

    /**
     * The operation can have no further effect.
     *
     * @param outcome the result that the settled operation left behind and that stands, or null
     *     when nothing of it is left
     */
    record Settled(UUID operation, @Nullable Result outcome) implements Result {}
}
