package dev.cistern.image.storage;

/** What a file is opened for. */
public enum Access {
    READ(Posix.O_RDONLY),
    READ_WRITE(Posix.O_RDWR);

    private final int flags;

    Access(int flags) {
        this.flags = flags;
    }

    int flags() {
        return flags;
    }
}
