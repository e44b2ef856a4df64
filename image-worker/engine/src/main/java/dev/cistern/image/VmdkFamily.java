package dev.cistern.image;

import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.FileStatus;
import dev.cistern.image.vmdk.VmdkCreator;
import dev.cistern.image.vmdk.VmdkLink;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * An image with all that lie below it or branch off there, as far as they are called after it as
 * VMware calls deltas: {@code disk-000001.vmdk} beside {@code disk.vmdk}.
 */
final class VmdkFamily {
    private final String base;
    private final String suffix;
    private final Member tip;
    private final List<Member> others;

    private VmdkFamily(String base, String suffix, Member tip, List<Member> others) {
        this.base = base;
        this.suffix = suffix;
        this.tip = tip;
        this.others = List.copyOf(others);
    }

    /**
     * An image of the family.
     *
     * @param below the file of its parent, if that is in the same folder
     */
    record Member(String file, FileStatus status, VmdkLink link, Optional<String> below) {
        boolean isOver(Member other) {
            return below.filter(other.file::equals).isPresent();
        }

        boolean isSameFileAs(Member other) {
            return status.inode() == other.status.inode();
        }

        Optional<String> label() {
            return link.label().map(VmdkLink.Label::id);
        }
    }

    /** Reads the descriptors of a family. */
    static VmdkFamily of(Directory directory, String image) throws IOException {
        VmdkCreator.requireName(image);
        var dot = image.lastIndexOf('.');
        var base = dot < 0 ? image : image.substring(0, dot);
        var suffix = dot < 0 ? "" : image.substring(dot);
        var deltas = Pattern.compile(Pattern.quote(base) + "-\\d{6}" + Pattern.quote(suffix));
        var others = new ArrayList<Member>();
        for (var name : directory.list().stream().sorted().toList()) {
            if (deltas.matcher(name).matches()) {
                others.add(member(directory, name));
            }
        }
        return new VmdkFamily(base, suffix, member(directory, image), others);
    }

    private static Member member(Directory directory, String name) throws IOException {
        try (var file = directory.openFile(name, Access.READ)) {
            var link = VmdkLink.of(file);
            return new Member(
                    name,
                    file.status(),
                    link,
                    link.parent().map(parent -> inFolder(directory, parent)));
        }
    }

    private static String inFolder(Directory directory, String reference) {
        for (var folder : List.of("./", directory.pathOf(""))) {
            if (reference.startsWith(folder)) {
                return reference.substring(folder.length());
            }
        }
        return reference;
    }

    Member tip() {
        return tip;
    }

    /** All but the tip. */
    List<Member> others() {
        return others;
    }

    List<Member> childrenOf(Member member) {
        return Stream.concat(Stream.of(tip), others.stream())
                .filter(child -> child.isOver(member))
                .toList();
    }

    Optional<Member> parentOf(Member member) {
        return others.stream().filter(member::isOver).findFirst();
    }

    /** Whether a merge has gone so far that the one below is the same snapshot already. */
    boolean isRedundant(Member member) {
        return member.label().isPresent()
                && parentOf(member)
                        .filter(below -> below.label().equals(member.label()))
                        .isPresent();
    }

    /** Those that are snapshots. */
    List<Member> snapshots() {
        return others.stream()
                .filter(member -> member.label().isPresent())
                .filter(member -> !member.isSameFileAs(tip) && !isRedundant(member))
                .toList();
    }

    /** The nearest snapshot below a member. */
    Optional<Member> snapshotBelow(Member member) {
        var below = parentOf(member);
        for (var steps = others.size();
                below.isPresent() && !snapshots().contains(below.get());
                steps--) {
            below = steps == 0 ? Optional.empty() : parentOf(below.get());
        }
        return below;
    }

    /** Whether a member lies below the tip. */
    boolean isBelowTip(Member member) {
        var at = parentOf(tip);
        for (var steps = others.size(); at.isPresent() && steps > 0; steps--) {
            if (at.get().equals(member)) {
                return true;
            }
            at = parentOf(at.get());
        }
        return false;
    }

    /** A number that no member has, nor any snapshot. */
    int nextNumber() {
        return 1
                + Stream.concat(
                                others.stream().map(member -> number(member.file)),
                                others.stream().flatMap(member -> member.label().stream()))
                        .filter(text -> text.matches("\\d{1,6}"))
                        .mapToInt(Integer::parseInt)
                        .max()
                        .orElse(0);
    }

    private String number(String file) {
        return file.substring(base.length() + 1, file.length() - suffix.length());
    }

    String fileName(int number) {
        return "%s-%06d%s".formatted(base, number, suffix);
    }

    /** Whether a file is called as one of a member's extents, so that it can be taken for one. */
    boolean isExtentName(String file) {
        return file.startsWith(base + "-") && file.indexOf('/') < 0;
    }
}
