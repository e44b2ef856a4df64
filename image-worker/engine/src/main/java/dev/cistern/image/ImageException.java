package dev.cistern.image;

import java.io.IOException;

/**
 * An image that cannot be used. The message names the file, the offset, what was found and what was
 * expected.
 */
public sealed class ImageException extends IOException {
    private static final long serialVersionUID = 1L;

    private ImageException(String message) {
        super(message);
    }

    /** It is not an image of the format that it should be of. */
    public static final class WrongFormat extends ImageException {
        private static final long serialVersionUID = 1L;

        /** What was expected where. */
        public WrongFormat(String message) {
            super(message);
        }
    }

    /** It is a valid image with a feature that this engine does not know. */
    public static final class Unsupported extends ImageException {
        private static final long serialVersionUID = 1L;

        /** Which feature. */
        public Unsupported(String message) {
            super(message);
        }
    }

    /** Its metadata contradict themselves or the size of the file. */
    public static final class Corrupt extends ImageException {
        private static final long serialVersionUID = 1L;

        /** What contradicts what. */
        public Corrupt(String message) {
            super(message);
        }
    }

    /** It names another file that it must not have. */
    public static final class Forbidden extends ImageException {
        private static final long serialVersionUID = 1L;

        /** Which file, and why not. */
        public Forbidden(String message) {
            super(message);
        }
    }

    /** It is encrypted, and there is no passphrase for it or not the right one. */
    public static final class Locked extends ImageException {
        private static final long serialVersionUID = 1L;

        /** What is missing or wrong. */
        public Locked(String message) {
            super(message);
        }
    }

    /** A request goes beyond what the format can hold. */
    public static final class OutOfRange extends ImageException {
        private static final long serialVersionUID = 1L;

        /** What was asked for and what there can be. */
        public OutOfRange(String message) {
            super(message);
        }
    }
}
