package dev.cistern.worker.folder;

import dev.cistern.common.message.Permissions;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.FileStatus;
import dev.cistern.image.storage.FileStorage;
import java.io.IOException;

/** Owner and mode, as asked for and as they are. */
public final class Ownership {
    private Ownership() {}

    /** Those of a file or folder. */
    public static Permissions of(FileStatus status) {
        return new Permissions(status.user(), status.group(), status.mode());
    }

    /** Gives them to a file or folder; an owner or group of −1 stays, as does a mode of −1. */
    public static void apply(Directory folder, String name, Permissions permissions)
            throws IOException {
        if (permissions.owner() >= 0 || permissions.group() >= 0) {
            folder.setOwner(name, permissions.owner(), permissions.group());
        }
        if (permissions.mode() >= 0) {
            folder.setMode(name, permissions.mode());
        }
    }

    /** The same, to an open file. */
    static void apply(FileStorage file, Permissions permissions) throws IOException {
        if (permissions.owner() >= 0 || permissions.group() >= 0) {
            file.setOwner(permissions.owner(), permissions.group());
        }
        if (permissions.mode() >= 0) {
            file.setMode(permissions.mode());
        }
    }
}
