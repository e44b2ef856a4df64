package dev.cistern.worker.folder;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.cistern.common.message.Result;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an operation, {@code .cistern/journal/<operation>}.
 *
 * @param intent what was about to be made visible or taken away; null before that, and after it was
 *     called off
 * @param outcome what came of it; null before that
 * @param settled whether no copy of its command may have an effect any more
 */
public record JournalEntry(
        UUID operation,
        UUID volumeId,
        String kind,
        @Nullable Intent intent,
        @Nullable Result outcome,
        boolean settled) {

    /**
     * A step that cannot be taken back, written down before it is taken.
     *
     * @param attempt whose it is
     * @param files that it is about; the first is the one that makes the image, or unmakes it
     * @param way in which it was made, where there are several; else null
     * @param replaced files that are to go once the first of {@code files} is there
     */
    public record Intent(
            int attempt,
            List<FileRef> files,
            @Nullable String way,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<FileRef> replaced) {
        /** Copies of the lists are taken. */
        @SuppressWarnings("NullAway") // absent in the JSON of an intent that replaces none
        public Intent {
            files = List.copyOf(files);
            replaced = replaced == null ? List.of() : List.copyOf(replaced);
        }

        /** An intent that replaces nothing. */
        public Intent(int attempt, List<FileRef> files, @Nullable String way) {
            this(attempt, files, way, List.of());
        }

        /** An intent to which there is only one way. */
        public Intent(int attempt, List<FileRef> files) {
            this(attempt, files, null);
        }

        /** The same, after which these files are to go. */
        public Intent replacing(List<FileRef> others) {
            return new Intent(attempt, files, way, others);
        }

        /** The other files of an image of several. */
        public List<FileRef> extents() {
            return files.subList(1, files.size());
        }

        /** The file that makes the image. */
        public FileRef image() {
            return files.getFirst();
        }
    }

    /**
     * A file.
     *
     * @param name in the pool's folder
     * @param inode which a rename keeps: whoever takes over sees by it how far the step came
     */
    public record FileRef(String name, long inode) {}

    /** An entry of an operation of which nothing is known yet. */
    public static JournalEntry blank(UUID operation, UUID volumeId, String kind) {
        return new JournalEntry(operation, volumeId, kind, null, null, false);
    }

    /** The same with this intent, or with none. */
    public JournalEntry with(@Nullable Intent next) {
        return new JournalEntry(operation, volumeId, kind, next, outcome, settled);
    }

    /** The same with this outcome. */
    public JournalEntry with(Result result) {
        return new JournalEntry(operation, volumeId, kind, intent, result, settled);
    }

    /** The same, settled. */
    public JournalEntry tombstone() {
        return new JournalEntry(operation, volumeId, kind, intent, outcome, true);
    }

    /** The outcome if it is one that stands in the pool's folder; null after a failure. */
    public @Nullable Result effect() {
        return outcome instanceof Result.CommandFailed ? null : outcome;
    }
}
