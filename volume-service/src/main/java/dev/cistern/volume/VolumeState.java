package dev.cistern.volume;

import java.util.Locale;

/** Where a volume stands in its life; what else may be said of it are conditions. */
public enum VolumeState {
    CREATING,
    AVAILABLE,
    DELETING,
    /** Its file is put aside, and can be restored for a while. */
    TRASHED,
    DELETED,
    /** Its creation failed; there is no file of it. */
    ERROR;

    /** As the API writes it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
