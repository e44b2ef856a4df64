package dev.cistern.worker.command;

import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.ImageInfo;

/** Snapshots inside of qcow2 images. */
final class InnerSnapshots {
    private InnerSnapshots() {}

    /**
     * Refuses to change what is below an image: what a snapshot inside has not of its own it reads
     * from there, whatever that is.
     *
     * @param image name of its file
     * @throws ProblemException if it has any
     */
    static void requireNone(String image, ImageInfo info) {
        if (info.details() instanceof ImageInfo.Details.Qcow2 qcow2 && qcow2.snapshots() > 0) {
            throw new ProblemException(
                    ProblemCode.VOLUME_STATE,
                    "%s has %d snapshots inside, which read what is below it: delete them first"
                            .formatted(image, qcow2.snapshots()));
        }
    }
}
