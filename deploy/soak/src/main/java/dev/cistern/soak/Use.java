package dev.cistern.soak;

/** What may be done with the file {@code image} of a folder, whatever is in it. */
public enum Use {
    /** Looks at it. */
    INFO,
    /** Tells where its bytes are. */
    MAP,
    /** Reads from it. */
    READ,
    /** Reads from its snapshots. */
    SNAPSHOT,
    /** Opens it for writing and changes it. */
    WRITE,
    /** Checks it. */
    CHECK,
    /** Repairs it, and checks and reads it again. */
    REPAIR
}
