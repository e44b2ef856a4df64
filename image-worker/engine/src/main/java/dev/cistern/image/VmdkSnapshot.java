package dev.cistern.image;

import java.util.Optional;

/**
 * A snapshot of a vmdk image: an image of its own that is not written to any more.
 *
 * @param file its name, in the folder of the image
 * @param parent id of the snapshot that it was made after
 * @param below whether it lies below the image; those that a revert left aside do not
 */
public record VmdkSnapshot(
        SnapshotInfo info, String file, Optional<String> parent, boolean below) {}
