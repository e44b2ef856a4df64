package dev.cistern.worker.command;

import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.ImageEncryption;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.SnapshotFacts;
import dev.cistern.image.EncryptionInfo;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.ImageInfo;
import dev.cistern.image.Images;
import dev.cistern.image.SnapshotInfo;
import dev.cistern.image.qcow2.Qcow2Inspector;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.FileStatus;
import dev.cistern.worker.folder.Ownership;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What there is to say of an image file. */
final class Facts {
    private static final int MAX_SNAPSHOTS = 500;
    private static final int MAX_NAME = 255;

    private Facts() {}

    /**
     * A file of known format; if it does not look like it, the problem says so.
     *
     * @param status which was just read there
     */
    static FileFacts of(Directory folder, String name, FileStatus status, String format) {
        return facts(folder, name, status, ImageFormat.of(format));
    }

    /** A file of whatever format its content is. */
    static FileFacts byContent(Directory folder, String name, FileStatus status) {
        return facts(folder, name, status, Optional.empty());
    }

    private static FileFacts facts(
            Directory folder, String name, FileStatus status, Optional<ImageFormat> format) {
        try {
            var info = Images.info(folder, name, status, format);
            return facts(name, status, info, null, snapshots(folder, name, info));
        } catch (IOException e) {
            return facts(name, status, null, clean(String.valueOf(e.getMessage())), List.of());
        }
    }

    /** Of a hostile image, those that fit into a message. */
    private static List<SnapshotFacts> snapshots(Directory folder, String name, ImageInfo info)
            throws IOException {
        if (!(info.details() instanceof ImageInfo.Details.Qcow2 qcow2) || qcow2.snapshots() == 0) {
            return List.of();
        }
        try (var file = folder.openFile(name, Access.READ)) {
            return Qcow2Inspector.snapshots(file).stream()
                    .filter(snapshot -> snapshot.name().length() <= MAX_NAME)
                    .limit(MAX_SNAPSHOTS)
                    .map(Facts::snapshot)
                    .toList();
        }
    }

    private static SnapshotFacts snapshot(SnapshotInfo snapshot) {
        return new SnapshotFacts(
                clean(snapshot.id()),
                clean(snapshot.name()),
                snapshot.taken(),
                snapshot.capacity(),
                snapshot.stateBytes());
    }

    private static FileFacts facts(
            String name,
            FileStatus status,
            @Nullable ImageInfo info,
            @Nullable String problem,
            List<SnapshotFacts> snapshots) {
        return new FileFacts(
                name,
                info == null ? ImageFormat.RAW.text() : info.format().text(),
                info == null ? status.size() : info.capacity(),
                info == null ? status.allocated() : info.allocation(),
                info == null ? null : info.backingFile().map(Facts::clean).orElse(null),
                info == null ? null : info.backingFormat().map(Facts::clean).orElse(null),
                status.inode(),
                status.size(),
                status.modified(),
                Ownership.of(status),
                problem,
                snapshots,
                info == null ? null : options(info.details()),
                null);
    }

    /** What an image is beyond its format and capacity. */
    static @Nullable ImageOptions options(ImageInfo.Details details) {
        return switch (details) {
            case ImageInfo.Details.Qcow2 qcow2 ->
                    new ImageOptions(
                                    null,
                                    qcow2.version() == 2 ? "0.10" : "1.1",
                                    qcow2.clusterSize(),
                                    qcow2.extendedL2(),
                                    qcow2.lazyRefcounts(),
                                    qcow2.compressionType(),
                                    qcow2.refcountBits())
                            .encrypted(qcow2.encryption().map(Facts::encryption).orElse(null));
            case ImageInfo.Details.Vmdk vmdk -> ImageOptions.vmdk(vmdk.createType(), null, null);
            case ImageInfo.Details.Raw _ -> null;
        };
    }

    private static ImageEncryption encryption(EncryptionInfo encryption) {
        return switch (encryption) {
            case EncryptionInfo.Aes _ -> new ImageEncryption("aes", null);
            case EncryptionInfo.Luks _ -> new ImageEncryption(ImageEncryption.LUKS, null);
        };
    }

    /** Without zero bytes, which no database takes for text. */
    private static String clean(String text) {
        return text.replace('\0', '\uFFFD');
    }
}
