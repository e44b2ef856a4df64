package dev.cistern.worker.command;

import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.ImageException;
import dev.cistern.image.ImageInfo;
import java.io.IOException;
import java.util.Set;

/** Whether an image is all in its one file, so that a copy of the file is a copy of the image. */
final class SingleFile {
    private static final Set<String> VMDK = Set.of("monolithicSparse", "streamOptimized");

    private SingleFile() {}

    /**
     * Refuses an image that has parts elsewhere.
     *
     * @param bases whether it may build on others, because the copy will be beside them too
     */
    static void require(String name, ImageInfo info, boolean bases) {
        var elsewhere =
                switch (info.details()) {
                    case ImageInfo.Details.Raw _ -> false;
                    case ImageInfo.Details.Qcow2 qcow2 -> qcow2.dataFile().isPresent();
                    case ImageInfo.Details.Vmdk vmdk -> !VMDK.contains(vmdk.createType());
                };
        if (elsewhere) {
            throw refused(
                    name,
                    "is made of several files, which name each other: a copy of the file would not be one of the image; clone it to an image of one file");
        }
        if (!bases) {
            requireNoBase(name, info);
        }
    }

    /** Refuses an image that builds on another one, because the copy will not be beside that. */
    static void requireNoBase(String name, ImageInfo info) {
        if (info.backingFile().isPresent()) {
            throw refused(
                    name,
                    "builds on another image, which the other pool does not have: flatten it first, or clone it to another format");
        }
    }

    /**
     * The same where the file itself is what matters: one that cannot be read as an image is only
     * that.
     */
    static void requireIfReadable(ImageFile image) throws IOException {
        try {
            require(image.file().name(), image.info(), true);
        } catch (ImageException _) {
            // Whoever fetches it may want to find out why, and whoever replaces it knows better.
        }
    }

    private static ProblemException refused(String name, String why) {
        return new ProblemException(ProblemCode.UNSUPPORTED, "%s %s".formatted(name, why));
    }
}
