package dev.cistern.worker.command;

import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.ImageInfo;
import dev.cistern.image.Images;
import dev.cistern.image.storage.Directory;
import dev.cistern.worker.folder.JournalEntry.FileRef;
import dev.cistern.worker.folder.PoolFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files with the data of a vmdk image of several files, by their names: {@code disk-flat.vmdk},
 * {@code disk-s001.vmdk} and the like beside {@code disk.vmdk}.
 *
 * <p>Which extents an image has is written in it, where a guest may have written anything. So an
 * extent is taken for the image's only if it is called after it as VMware and QEMU do, and if it is
 * no volume's file.
 */
final class Extents {
    private static final int FEWEST_DIGITS = 3;
    private static final int MOST_DIGITS = 6;
    private static final Pattern NAME =
            Pattern.compile("(?<base>.+)-(?<part>flat|delta|[sf]\\d{3,6})(?<suffix>\\.[^.]*)?");

    private Extents() {}

    /** Whether a file is called as extents are. */
    static boolean isName(String file) {
        return NAME.matcher(file).matches();
    }

    /** Whether a file is called as an extent of this image is. */
    static boolean areCalledAfter(String image, String file) {
        var name = NAME.matcher(file);
        return name.matches() && imageOf(name).equals(image);
    }

    /**
     * The name of the image that a file is an extent of by its own.
     *
     * @param file which is {@linkplain #isName called} as extents are
     */
    static String imageOf(String file) {
        var name = NAME.matcher(file);
        if (!name.matches()) {
            throw new IllegalArgumentException(file);
        }
        return imageOf(name);
    }

    private static String imageOf(Matcher name) {
        return name.group("base") + suffix(name);
    }

    private static String suffix(Matcher name) {
        var suffix = name.group("suffix");
        return suffix == null ? "" : suffix;
    }

    /** What an extent is called once its image is called so; others keep their names. */
    static String renamed(String extent, String image, String newImage) {
        var name = NAME.matcher(extent);
        if (!name.matches() || !imageOf(name).equals(image)) {
            return extent;
        }
        var dot = newImage.lastIndexOf('.');
        var base = dot < 0 ? newImage : newImage.substring(0, dot);
        var suffix = dot < 0 ? "" : newImage.substring(dot);
        return base + "-" + name.group("part") + suffix;
    }

    /**
     * Names for extents that come into a folder beside others: these, or if it has one of them
     * already, the same with numbers of more digits.
     *
     * @throws ProblemException if the folder has some of each
     */
    static List<String> free(List<String> names, Directory folder) throws IOException {
        if (areFree(names, folder)) {
            return names;
        }
        for (var digits = FEWEST_DIGITS; digits <= MOST_DIGITS; digits++) {
            var width = digits;
            var others = names.stream().map(name -> numbered(name, width)).toList();
            if (areFree(others, folder)) {
                return others;
            }
        }
        throw new ProblemException(
                ProblemCode.FILE_EXISTS,
                "the pool folder %s has files of all the names that the extents '%s' and so on could have: move those away that are no volume's"
                        .formatted(folder.path(), names.getFirst()));
    }

    private static boolean areFree(List<String> names, Directory folder) throws IOException {
        for (var name : names) {
            if (folder.status(name).isPresent()) {
                return false;
            }
        }
        return Set.copyOf(names).size() == names.size();
    }

    /** The one of {@code disk-flat.vmdk} is 1, as if it were the first of several. */
    private static String numbered(String extent, int digits) {
        var name = NAME.matcher(extent);
        if (!name.matches()) {
            return extent;
        }
        var part = name.group("part");
        var counts = Character.isDigit(part.charAt(part.length() - 1));
        var number = counts ? Integer.parseInt(part.substring(1)) : 1;
        var kind = counts ? part.charAt(0) : 'f';
        var padded = "%%0%dd".formatted(digits).formatted(number);
        return "%s-%c%s%s".formatted(name.group("base"), kind, padded, suffix(name));
    }

    /**
     * Those of an image that are there and are its own.
     *
     * @return none if all is in its one file, or if it cannot be read
     */
    static List<FileRef> of(Directory folder, String image, PoolFolder pool) throws IOException {
        var named = named(folder, image);
        if (named.isEmpty()) {
            return List.of();
        }
        var others = pool.volumes().byInode();
        var found = new ArrayList<FileRef>();
        for (var name : named) {
            var status = folder.status(name);
            if (status.isPresent()
                    && status.get().isRegular()
                    && !others.containsKey(status.get().inode())) {
                found.add(new FileRef(name, status.get().inode()));
            }
        }
        return found;
    }

    /** Those that are called after the image and that its descriptor names. */
    static List<String> named(Directory folder, String image) {
        try {
            return of(Images.info(folder, image, ImageFormat.VMDK)).stream()
                    .filter(name -> areCalledAfter(image, name))
                    .toList();
        } catch (IOException _) {
            return List.of();
        }
    }

    /** All that an image names, whatever they are called, each once. */
    static List<String> of(ImageInfo info) {
        return info.details() instanceof ImageInfo.Details.Vmdk vmdk
                ? vmdk.extents().stream()
                        .map(ImageInfo.Details.Extent::file)
                        .filter(name -> !name.isEmpty())
                        .distinct()
                        .toList()
                : List.of();
    }
}
