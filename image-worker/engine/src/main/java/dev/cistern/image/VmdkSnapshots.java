package dev.cistern.image;

import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.FileStorage;
import dev.cistern.image.vmdk.VmdkCreator;
import dev.cistern.image.vmdk.VmdkLink;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * Snapshots of a vmdk image by delta links: what the image was is kept under another name ({@code
 * disk-000001.vmdk}, as VMware calls deltas), and the image's name is given to a new, empty image
 * over it. So the image keeps its name, and its file becomes another with each of these calls but
 * {@link #list}. QEMU and VMware read the chain; what a snapshot is called is in its descriptor, in
 * lines that they pass over.
 *
 * <p>Nobody may have the image open, nor other images over one of its snapshots: those are found
 * only if they are named as its own. Each change is durable when it returns; whatever cuts it off,
 * the image and each snapshot read as before or as after, and the next change ends what was begun.
 *
 * <p>Blocks its carrier thread; platform threads should call it.
 */
public final class VmdkSnapshots {
    private final Directory directory;
    private final String image;
    private final OpenGate gate;

    /**
     * Those of an image.
     *
     * @param gate for extents and parents
     */
    public VmdkSnapshots(Directory directory, String image, OpenGate gate) {
        this.directory = directory;
        this.image = image;
        this.gate = gate;
    }

    /** All snapshots, the oldest first. */
    public List<VmdkSnapshot> list() throws IOException {
        var family = VmdkFamily.of(directory, image);
        var snapshots = new ArrayList<VmdkSnapshot>();
        for (var member : family.snapshots()) {
            snapshots.add(snapshot(family, member));
        }
        snapshots.sort(Comparator.comparing(snapshot -> snapshot.info().taken()));
        return List.copyOf(snapshots);
    }

    private VmdkSnapshot snapshot(VmdkFamily family, VmdkFamily.Member member) throws IOException {
        var label = member.link().label().orElseThrow();
        var capacity = Images.info(directory, member.file(), ImageFormat.VMDK).capacity();
        return new VmdkSnapshot(
                new SnapshotInfo(
                        label.id(),
                        label.name(),
                        capacity,
                        label.taken(),
                        Duration.ZERO,
                        0,
                        OptionalLong.empty()),
                member.file(),
                family.snapshotBelow(member).flatMap(VmdkFamily.Member::label),
                family.isBelowTip(member));
    }

    /**
     * Keeps what the image is now.
     *
     * @return the snapshot's id
     * @throws ImageInUseException if anyone has the image open
     */
    public String create(String name, Clock clock) throws IOException {
        requireUnused(VmdkFamily.of(directory, image));
        tidy(Progress.NONE);
        var family = VmdkFamily.of(directory, image);
        var number = family.nextNumber();
        var kept = family.fileName(number);
        var id = String.valueOf(number);
        var taken = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        try (var file = openLocked(image)) {
            VmdkLink.label(file, Optional.of(new VmdkLink.Label(id, name, taken)), kept);
            directory.link(image, directory, kept);
            directory.sync();
            putOver(kept);
        }
        return id;
    }

    /** Neither a virtual machine has it, with its extents, nor is anything over it. */
    private void requireUnused(VmdkFamily family) throws IOException {
        for (var above : family.childrenOf(family.tip())) {
            throw new ImageException.Unsupported(
                    "%s: %s is over it, which could not be read any more"
                            .formatted(directory.pathOf(image), above.file()));
        }
        var options = OpenOptions.writing(ImageFormat.VMDK).through(gate);
        Images.open(directory, image, options).close();
    }

    private FileStorage openLocked(String name) throws IOException {
        return ImageOpener.locked(access -> directory.openFile(name, access), Access.READ_WRITE);
    }

    /** Gives the image's name to a new image over another. */
    private void putOver(String parent) throws IOException {
        var temporary = ".new-" + UUID.randomUUID();
        try (var below = directory.openFile(parent, Access.READ)) {
            var status = below.status();
            var capacity = Images.info(directory, parent, ImageFormat.VMDK).capacity();
            var options = VmdkLink.ofChild(below, parent);
            try (var file = gate.create(temporary, status, below.name())) {
                VmdkCreator.create(capacity, options, image, _ -> file);
            }
            directory.rename(temporary, directory, image);
        } finally {
            var _ = directory.unlinkIfExists(temporary);
        }
        directory.sync();
    }

    /**
     * Makes the image what it was. What it has of its own is lost; all snapshots stay.
     *
     * @throws NoSuchFileException if there is no such snapshot
     * @throws ImageInUseException if anyone has the image open
     */
    public void revert(String id) throws IOException {
        var family = VmdkFamily.of(directory, image);
        var snapshot = find(family, id);
        requireUnused(family);
        try (var _ = openLocked(image)) {
            putOver(snapshot.file());
        }
        tidy(Progress.NONE);
    }

    /**
     * Forgets a snapshot. If but one image is over it, the two become one, for which what that one
     * has of its own is copied; if several are, the files stay for their sake.
     *
     * @throws NoSuchFileException if there is no such snapshot
     * @throws ImageInUseException if anyone has the image open
     */
    public void delete(String id, Progress progress) throws IOException {
        var family = VmdkFamily.of(directory, image);
        var snapshot = find(family, id);
        requireUnused(family);
        try (var file = openLocked(snapshot.file())) {
            VmdkLink.forget(file);
        }
        tidy(progress);
    }

    private VmdkFamily.Member find(VmdkFamily family, String id) throws NoSuchFileException {
        return family.snapshots().stream()
                .filter(member -> member.label().filter(id::equals).isPresent())
                .findFirst()
                .orElseThrow(
                        () ->
                                new NoSuchFileException(
                                        directory.pathOf(image), null, "has no snapshot " + id));
    }

    private void tidy(Progress progress) throws IOException {
        new VmdkMerge(directory, image, gate, progress).run();
    }
}
