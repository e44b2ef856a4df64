package dev.cistern.worker.command;

import dev.cistern.common.message.FileFacts;
import dev.cistern.image.ImageFormat;
import dev.cistern.worker.command.ScanMemory.Known;
import dev.cistern.worker.folder.JournalEntry.FileRef;
import dev.cistern.worker.folder.PoolFolder;
import dev.cistern.worker.folder.VolumeRecord;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which of the files that a scan finds are extents of images beside them: those that an image names
 * and that are called after it, if they are no volume's file, and those that an operation under way
 * is just giving their names, or taking away.
 */
final class Parts {
    private static final Set<String> ONE_FILE = Set.of("monolithicSparse", "streamOptimized");

    private final PoolFolder pool;
    private final Records records;
    private final Map<String, List<String>> extents = new HashMap<>();
    private @Nullable Set<String> underWay;

    /** The volumes whose files have been published by Cistern. */
    @FunctionalInterface
    interface Records {
        /** The one whose file has this inode. */
        Optional<VolumeRecord> of(long inode) throws IOException;
    }

    Parts(PoolFolder pool, Records records) {
        this.pool = pool;
        this.records = records;
    }

    /** Whether the image in a file has others. */
    static boolean mayHave(FileFacts facts) {
        var options = facts.options();
        return facts.format().equals(ImageFormat.VMDK.text())
                && (options == null || !ONE_FILE.contains(String.valueOf(options.subformat())));
    }

    /** A file as it is to be told: as a part, if it is one. */
    Optional<Known> told(Optional<Known> file) throws IOException {
        return file.isPresent() && Extents.isName(file.get().facts().name())
                ? Optional.of(file.get().asPartOf(imageOf(file.get().facts())))
                : file;
    }

    /** The same of one that was not seen before. */
    FileFacts told(FileFacts file) throws IOException {
        return Extents.isName(file.name()) ? file.asPartOf(imageOf(file)) : file;
    }

    /** Null if it is no part. */
    private @Nullable String imageOf(FileFacts file) throws IOException {
        var image = Extents.imageOf(file.name());
        return isPart(file, image) ? image : null;
    }

    /** What is under way is asked first: once it is done, the image names what it has. */
    private boolean isPart(FileFacts file, String image) throws IOException {
        if (records.of(file.inode()).isPresent()) {
            return false;
        }
        var names = underWay();
        return names.contains(file.name())
                || names.contains(image)
                || extents(image).contains(file.name());
    }

    private Set<String> underWay() throws IOException {
        if (underWay == null) {
            underWay = new HashSet<>();
            for (var entry : pool.journal().open()) {
                var intent = entry.intent();
                if (intent != null) {
                    Stream.concat(intent.files().stream(), intent.replaced().stream())
                            .map(FileRef::name)
                            .forEach(underWay::add);
                }
            }
        }
        return underWay;
    }

    private List<String> extents(String image) throws IOException {
        var known = extents.get(image);
        if (known == null) {
            known = isVmdk(image) ? Extents.named(pool.files(), image) : List.of();
            extents.put(image, known);
        }
        return known;
    }

    /** What a record says of the format outranks the content. */
    private boolean isVmdk(String image) throws IOException {
        var status = pool.files().status(image);
        return status.isPresent()
                && records.of(status.get().inode())
                        .map(record -> record.format().equals(ImageFormat.VMDK.text()))
                        .orElse(true);
    }
}
