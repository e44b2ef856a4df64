package dev.cistern.image;

import dev.cistern.image.VmdkFamily.Member;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.FileStorage;
import dev.cistern.image.vmdk.VmdkImage;
import dev.cistern.image.vmdk.VmdkLink;
import java.io.IOException;
import java.util.Optional;

/**
 * Does away with members of a family that are no snapshot any more: one over which nothing lies is
 * removed; one over which one other lies becomes one with it. The order, each line durable before
 * the next, and the tip reads the same after each:
 *
 * <pre>
 *   what the upper one has of its own is written into the lower one, which keeps its content id
 *   the lower one gets the label of the upper one
 *   what lies over the upper one is put over the lower one
 *   the upper one is removed
 * </pre>
 *
 * <p>If the upper one is the tip, the lower one takes its name instead.
 */
final class VmdkMerge {
    private final Directory directory;
    private final String image;
    private final OpenGate gate;
    private final Progress progress;

    VmdkMerge(Directory directory, String image, OpenGate gate, Progress progress) {
        this.directory = directory;
        this.image = image;
        this.gate = gate;
        this.progress = progress;
    }

    /** Ends with nothing left to do, whatever was begun before. */
    void run() throws IOException {
        while (step(VmdkFamily.of(directory, image))) {}
    }

    private boolean step(VmdkFamily family) throws IOException {
        for (var member : family.others()) {
            if (member.isSameFileAs(family.tip())) {
                directory.unlink(member.file());
                directory.sync();
                return true;
            }
            if ((member.link().forgotten() || family.isRedundant(member))
                    && doAwayWith(family, member)) {
                return true;
            }
        }
        return false;
    }

    /**
     * False if it must stay for the sake of those over it: of several, of one that is none of ours,
     * or of one whose turn comes first.
     */
    private boolean doAwayWith(VmdkFamily family, Member member) throws IOException {
        var children = family.childrenOf(member);
        if (children.isEmpty()) {
            remove(family, member);
            return true;
        }
        if (family.isRedundant(member)) {
            var below = family.parentOf(member).orElseThrow();
            for (var child : children) {
                edit(
                        child.file(),
                        file -> VmdkLink.move(file, below.file(), below.link().contentId()));
            }
            return true;
        }
        var upper = children.getFirst();
        if (children.size() > 1 || (upper.label().isEmpty() && !upper.equals(family.tip()))) {
            return false;
        }
        merge(family, upper, member);
        return true;
    }

    private void merge(VmdkFamily family, Member upper, Member lower) throws IOException {
        var isTip = upper.equals(family.tip());
        commit(upper.file(), isTip);
        if (!isTip) {
            edit(lower.file(), file -> VmdkLink.label(file, upper.link().label(), lower.file()));
            return;
        }
        edit(lower.file(), file -> VmdkLink.label(file, Optional.empty(), image));
        directory.rename(lower.file(), directory, image);
        directory.sync();
        edit(image, VmdkLink::renewContentId);
    }

    private void commit(String upper, boolean isTip) throws IOException {
        var opener =
                new ImageOpener(
                        gate,
                        at -> at == 1 || (at == 0 && isTip) ? Access.READ_WRITE : Access.READ,
                        Secrets.none());
        var _ =
                opener.open(
                        access -> directory.openFile(upper, access), Optional.of(ImageFormat.VMDK));
        try (var chain = opener.chain()) {
            var lower = (VmdkImage) chain.images().get(1);
            lower.keepContentId();
            new Commit(chain.top(), lower, 1).run(progress);
        }
    }

    /** Changes a file that is locked. */
    @FunctionalInterface
    private interface Edit {
        void of(FileStorage file) throws IOException;
    }

    private void edit(String name, Edit edit) throws IOException {
        try (var file =
                ImageOpener.locked(access -> directory.openFile(name, access), Access.READ_WRITE)) {
            edit.of(file);
        }
    }

    /** Its extents first: as long as it is there, it can be told what else is to go. */
    private void remove(VmdkFamily family, Member member) throws IOException {
        for (var extent : member.link().extents()) {
            if (family.isExtentName(extent)) {
                var _ = directory.unlinkIfExists(extent);
            }
        }
        directory.unlink(member.file());
        directory.sync();
    }
}
