package dev.cistern.cli.transfer;

/** A worker did not answer as it should, or is not where it was: it may be again, or another is. */
final class BrokenException extends Exception {
    private static final long serialVersionUID = 1L;

    BrokenException(String message) {
        super(message);
    }
}
