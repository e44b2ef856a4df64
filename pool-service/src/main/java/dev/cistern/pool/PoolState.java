package dev.cistern.pool;

import java.util.Locale;

/** libvirt's states of a pool ({@code virStoragePoolState}), and the one after the last. */
public enum PoolState {
    INACTIVE,
    BUILDING,
    RUNNING,
    /** Running, with less than it should have. */
    DEGRADED,
    /** Started, but its folder cannot be reached or is not ours. */
    INACCESSIBLE,
    /** Gone; the row keeps its history. */
    UNDEFINED;

    /** As the API writes it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether volumes may be there to work with; virsh calls such a pool active. */
    public boolean active() {
        return switch (this) {
            case RUNNING, DEGRADED, INACCESSIBLE -> true;
            case INACTIVE, BUILDING, UNDEFINED -> false;
        };
    }
}
