package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.SnapshotRef;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.DiskImage;
import dev.cistern.image.SnapshotInfo;
import dev.cistern.image.qcow2.Qcow2Image;
import java.io.IOException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * Takes, deletes and reverts to the snapshots inside a qcow2 image. Name and time tell one from
 * another: its id in the image is given to the next one when it is deleted.
 */
abstract sealed class SnapshotChange<C extends Command.OnSnapshot>
        implements InPlace.Change<C, Qcow2Image> {

    @Override
    public final Qcow2Image open(C command, ImageFile file) throws IOException {
        return qcow2(file.open());
    }

    @Override
    public final Qcow2Image look(C command, ImageFile file) throws IOException {
        return qcow2(file.look());
    }

    private static Qcow2Image qcow2(DiskImage image) throws IOException {
        if (image instanceof Qcow2Image qcow2) {
            return qcow2;
        }
        image.close();
        throw new ProblemException(
                ProblemCode.UNSUPPORTED,
                "%s is a %s image; only qcow2 images have snapshots"
                        .formatted(image.name(), image.format().text()));
    }

    private static Optional<SnapshotInfo> find(Qcow2Image image, SnapshotRef snapshot) {
        return find(image.snapshots(), snapshot);
    }

    private static Optional<SnapshotInfo> find(List<SnapshotInfo> there, SnapshotRef snapshot) {
        return there.stream()
                .filter(each -> each.name().equals(snapshot.name()))
                .filter(
                        each ->
                                each.taken()
                                        .truncatedTo(ChronoUnit.MICROS)
                                        .equals(snapshot.taken()))
                .findFirst();
    }

    static String idOf(Qcow2Image image, SnapshotRef snapshot) {
        return idOf(image.name(), image.snapshots(), snapshot);
    }

    /**
     * What an image knows a snapshot by.
     *
     * @param there those that it has
     * @throws ProblemException if it is not among them
     */
    static String idOf(String image, List<SnapshotInfo> there, SnapshotRef snapshot) {
        return find(there, snapshot)
                .map(SnapshotInfo::id)
                .orElseThrow(
                        () ->
                                new ProblemException(
                                        ProblemCode.SNAPSHOT_NOT_FOUND,
                                        "%s has no snapshot '%s' of %s: refresh the pool to see those that it has"
                                                .formatted(
                                                        image, snapshot.name(), snapshot.taken())));
    }

    /** Keeps an image as it is. */
    static final class Create extends SnapshotChange<Command.CreateSnapshot> {
        @Override
        public String stage() {
            return "taking a snapshot";
        }

        @Override
        public boolean isMade(Command.CreateSnapshot command, Qcow2Image image) {
            return find(image, command.snapshot()).isPresent();
        }

        @Override
        public void make(Command.CreateSnapshot command, Qcow2Image image, VolumeWork volume)
                throws IOException {
            var snapshot = command.snapshot();
            image.createSnapshot(snapshot.name(), Clock.fixed(snapshot.taken(), ZoneOffset.UTC));
        }
    }

    /** Gives a snapshot up. */
    static final class Delete extends SnapshotChange<Command.DeleteSnapshot> {
        @Override
        public String stage() {
            return "deleting a snapshot";
        }

        @Override
        public boolean isMade(Command.DeleteSnapshot command, Qcow2Image image) {
            return find(image, command.snapshot()).isEmpty();
        }

        @Override
        public void make(Command.DeleteSnapshot command, Qcow2Image image, VolumeWork volume)
                throws IOException {
            image.deleteSnapshot(idOf(image, command.snapshot()));
        }
    }

    /** Makes an image what it was. */
    static final class Revert extends SnapshotChange<Command.RevertToSnapshot> {
        @Override
        public String stage() {
            return "reverting to a snapshot";
        }

        @Override
        public boolean isMade(Command.RevertToSnapshot command, Qcow2Image image)
                throws IOException {
            return image.isAt(idOf(image, command.snapshot()));
        }

        @Override
        public void make(Command.RevertToSnapshot command, Qcow2Image image, VolumeWork volume)
                throws IOException {
            image.revertToSnapshot(idOf(image, command.snapshot()));
        }
    }
}
