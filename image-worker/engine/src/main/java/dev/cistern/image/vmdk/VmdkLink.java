package dev.cistern.image.vmdk;

import dev.cistern.image.ImageException;
import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What an image's descriptor says of its place among others, and the ways to change that: durably,
 * in one step, in a file that nobody else has open. The content and its id stay as they are.
 *
 * @param parent file name of the image below; empty for none
 * @param parentId content id that the image below must have
 * @param forgotten whether it was a snapshot and is none any more
 * @param extents names of the files with the data; empty if they are in the image's file
 */
public record VmdkLink(
        long contentId,
        Optional<String> parent,
        long parentId,
        Optional<Label> label,
        boolean forgotten,
        List<String> extents) {
    private static final String ID = "ddb.cistern.snapshot.id";
    private static final String NAME = "ddb.cistern.snapshot.name";
    private static final String TAKEN = "ddb.cistern.snapshot.taken";
    private static final String FORGOTTEN = "ddb.cistern.snapshot.forgotten";

    /** A copy of {@code extents} is taken. */
    public VmdkLink {
        extents = List.copyOf(extents);
    }

    /**
     * That an image is kept as a snapshot.
     *
     * @param id unique among the snapshots of an image
     * @param name any text
     */
    public record Label(String id, String name, Instant taken) {}

    /** What an image says. */
    public static VmdkLink of(Storage file) throws IOException {
        var descriptor = place(file).descriptor();
        return new VmdkLink(
                descriptor.cid(),
                descriptor.hasParent() ? Optional.of(descriptor.parentHint()) : Optional.empty(),
                descriptor.parentCid(),
                label(descriptor),
                descriptor.entry(FORGOTTEN).isPresent(),
                SparseHeader.isAt(file)
                        ? List.of()
                        : descriptor.extents().stream()
                                .map(Descriptor.Extent::file)
                                .filter(name -> !name.isEmpty())
                                .toList());
    }

    private static DescriptorFile place(Storage file) throws IOException {
        return DescriptorFile.open(file, WaitForDisk.ALWAYS)
                .orElseThrow(
                        () ->
                                new ImageException.Unsupported(
                                        file.name() + ": is an extent without a descriptor"));
    }

    private static Optional<Label> label(Descriptor descriptor) {
        var id = descriptor.entry(ID);
        var name = descriptor.entry(NAME);
        var taken = descriptor.entry(TAKEN);
        if (id.isEmpty() || name.isEmpty() || taken.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new Label(
                            id.get(),
                            URLDecoder.decode(name.get(), StandardCharsets.UTF_8),
                            Instant.parse(taken.get())));
        } catch (IllegalArgumentException | DateTimeException _) {
            return Optional.empty();
        }
    }

    /** Changes a descriptor. */
    @FunctionalInterface
    private interface Edit {
        Descriptor of(Descriptor descriptor) throws ImageException;
    }

    private static void edit(Storage file, Edit edit) throws IOException {
        var place = place(file);
        place.recover();
        place.replace(edit.of(place.descriptor()));
    }

    /** An image is no snapshot any more, and may be done away with. */
    public static void forget(Storage file) throws IOException {
        edit(file, descriptor -> plain(descriptor).with(FORGOTTEN, "yes"));
    }

    private static Descriptor plain(Descriptor descriptor) throws ImageException {
        return descriptor.without(ID).without(NAME).without(TAKEN).without(FORGOTTEN);
    }

    /**
     * Labels an image, or makes it one that has nothing to do with snapshots.
     *
     * @param name of the image's file from now on; one that has its data in it says so
     */
    public static void label(Storage file, Optional<Label> label, String name) throws IOException {
        var itself = SparseHeader.isAt(file);
        edit(
                file,
                descriptor -> {
                    var named = plain(itself ? inFile(descriptor, name) : descriptor);
                    return label.isPresent() ? with(named, label.get()) : named;
                });
    }

    private static Descriptor inFile(Descriptor descriptor, String name) throws ImageException {
        return descriptor.withExtents(
                descriptor.extents().stream().map(extent -> extent.inFile(name)).toList());
    }

    private static Descriptor with(Descriptor descriptor, Label label) throws ImageException {
        return descriptor
                .with(ID, label.id())
                .with(NAME, URLEncoder.encode(label.name(), StandardCharsets.UTF_8))
                .with(TAKEN, label.taken().toString());
    }

    /** The descriptor of a file of its own with other names of extents. */
    public static byte[] withExtents(Storage file, UnaryOperator<String> name) throws IOException {
        var descriptor = place(file).descriptor();
        return descriptor
                .withExtents(
                        descriptor.extents().stream()
                                .map(extent -> extent.inFile(name.apply(extent.file())))
                                .toList())
                .bytes();
    }

    /** Puts an image over another one that has the same content as the one that it was over. */
    public static void move(Storage file, String parent, long parentId) throws IOException {
        edit(file, descriptor -> descriptor.over(parent, parentId));
    }

    /** Has an image be over none that has the same content as the one that it was over. */
    public static void standAlone(Storage file) throws IOException {
        edit(file, Descriptor::alone);
    }

    /** Gives the content another id, as a change of it does. */
    public static void renewContentId(Storage file) throws IOException {
        var place = place(file);
        place.recover();
        place.renewContentId();
    }

    /** Options of an image over this one that is meant for the same virtual machines. */
    public static VmdkOptions ofChild(Storage file, String name) throws IOException {
        var descriptor = place(file).descriptor();
        var zeroed = SparseHeader.isAt(file) && SparseHeader.read(file).zeroedGrains();
        var options =
                VmdkOptions.DEFAULT
                        .withAdapter(
                                descriptor
                                        .entry("ddb.adapterType")
                                        .flatMap(VmdkOptions.Adapter::of)
                                        .orElse(VmdkOptions.Adapter.IDE))
                        .withHardwareVersion(descriptor.entry("ddb.virtualHWVersion").orElse("4"))
                        .withToolsVersion(
                                descriptor
                                        .entry("ddb.toolsVersion")
                                        .orElse(VmdkOptions.DEFAULT.toolsVersion()))
                        .over(new VmdkOptions.Parent(name, descriptor.cid()));
        return zeroed ? options.withZeroedGrains() : options;
    }
}
