package dev.cistern.image.operations;

import dev.cistern.image.ImageFormat;
import dev.cistern.image.Preallocation;
import dev.cistern.image.qcow2.Qcow2Options;
import dev.cistern.image.vmdk.VmdkOptions;

/** What the content of an image is to become. */
public sealed interface NewImage {
    /** Its format. */
    ImageFormat format();

    /** A raw image. Where the file system can, it shares its blocks with a raw source. */
    record Raw(Preallocation preallocation) implements NewImage {
        @Override
        public ImageFormat format() {
            return ImageFormat.RAW;
        }
    }

    /**
     * A qcow2 image.
     *
     * @param compressed whether clusters are stored compressed, which an encrypted image cannot
     */
    record Qcow2(Qcow2Options options, boolean compressed) implements NewImage {
        @Override
        public ImageFormat format() {
            return ImageFormat.QCOW2;
        }
    }

    /**
     * A vmdk image. A stream-optimized one is compressed, and written once.
     *
     * @param name of the file by which it is opened, as it will be called in the end
     */
    record Vmdk(VmdkOptions options, String name) implements NewImage {
        @Override
        public ImageFormat format() {
            return ImageFormat.VMDK;
        }
    }

    /** A raw image that takes space for what is not zero. */
    static NewImage raw() {
        return new Raw(Preallocation.OFF);
    }

    /** A qcow2 image that is not compressed. */
    static NewImage qcow2(Qcow2Options options) {
        return new Qcow2(options, false);
    }
}
