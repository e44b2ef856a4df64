package dev.cistern.worker.command;

import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.Permissions;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.ImageInfo;
import dev.cistern.image.Images;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.FileStatus;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What there is to say of an image file. */
final class Facts {
    private Facts() {}

    /** A file of known format; if it does not look like it, the problem says so. */
    static FileFacts of(Directory folder, String name, FileStatus status, String format) {
        var known = ImageFormat.of(format);
        return known.isPresent()
                ? facts(name, status, () -> Images.info(folder, name, known.get()))
                : byContent(folder, name, status);
    }

    /** A file of whatever format its content is. */
    static FileFacts byContent(Directory folder, String name, FileStatus status) {
        return facts(name, status, () -> Images.info(folder, name));
    }

    private interface Inspection {
        ImageInfo inspect() throws IOException;
    }

    private static FileFacts facts(String name, FileStatus status, Inspection inspection) {
        try {
            return facts(name, status, inspection.inspect(), null);
        } catch (IOException e) {
            return facts(name, status, null, clean(String.valueOf(e.getMessage())));
        }
    }

    private static FileFacts facts(
            String name, FileStatus status, @Nullable ImageInfo info, @Nullable String problem) {
        return new FileFacts(
                name,
                info == null ? ImageFormat.RAW.text() : info.format().text(),
                info == null ? status.size() : info.capacity(),
                status.allocated(),
                info == null ? null : info.backingFile().map(Facts::clean).orElse(null),
                info == null ? null : info.backingFormat().map(Facts::clean).orElse(null),
                status.inode(),
                status.size(),
                status.modified(),
                new Permissions(status.user(), status.group(), status.mode()),
                problem);
    }

    /** Without zero bytes, which no database takes for text. */
    private static String clean(String text) {
        return text.replace('\0', '\uFFFD');
    }
}
