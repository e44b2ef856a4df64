package dev.cistern.common.message;

/** The two roads to a worker group: a minute's work never waits behind an hour's. */
public enum Lane {
    /** Commands that touch metadata: create, delete, snapshot, resize. */
    METADATA,
    /** Commands that move bytes: full clone, convert, wipe, import, check. */
    BULK
}
