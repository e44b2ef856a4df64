package dev.cistern.pool;

import dev.cistern.common.message.Permissions;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whose a pool's folder is: as it was defined, and as a worker has seen it since. */
@Embeddable
class PoolFolder {
    @Column(name = "file_mode")
    private int mode;

    @Column(name = "file_owner")
    private int owner;

    @Column(name = "file_group")
    private int ownerGroup;

    @Column(name = "folder_mode")
    private @Nullable Integer seenMode;

    @Column(name = "folder_owner")
    private @Nullable Integer seenOwner;

    @Column(name = "folder_group")
    private @Nullable Integer seenGroup;

    /** Of the last definition, nothing is seen yet. */
    void define(Permissions permissions) {
        mode = permissions.mode();
        owner = permissions.owner();
        ownerGroup = permissions.group();
        see(null);
    }

    /** It was looked at; null if what it has was not told. */
    void see(@Nullable Permissions permissions) {
        seenMode = permissions == null ? null : permissions.mode();
        seenOwner = permissions == null ? null : permissions.owner();
        seenGroup = permissions == null ? null : permissions.group();
    }

    Permissions defined() {
        return new Permissions(owner, ownerGroup, mode);
    }

    Optional<Permissions> seen() {
        return seenMode == null || seenOwner == null || seenGroup == null
                ? Optional.empty()
                : Optional.of(new Permissions(seenOwner, seenGroup, seenMode));
    }
}
