package dev.cistern.image.operations;

import java.io.IOException;

/** A new image does not read as the one that it was made from. */
public final class VerificationException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Which image, from where on. */
    public VerificationException(String message) {
        super(message);
    }
}
