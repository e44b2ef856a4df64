package dev.cistern.image.operations;

import dev.cistern.image.ContentSink;
import dev.cistern.image.CreateOptions;
import dev.cistern.image.DiskImage;
import dev.cistern.image.DiskImage.Space;
import dev.cistern.image.ImageException;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.Images;
import dev.cistern.image.OpenGate;
import dev.cistern.image.OpenOptions;
import dev.cistern.image.Preallocation;
import dev.cistern.image.Progress;
import dev.cistern.image.Secrets;
import dev.cistern.image.qcow2.Qcow2Image;
import dev.cistern.image.qcow2.Qcow2Options;
import dev.cistern.image.raw.RawImage;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.FileCopy;
import dev.cistern.image.storage.FileStorage;
import dev.cistern.image.vmdk.StreamOptimizedSink;
import dev.cistern.image.vmdk.VmdkCreator;
import dev.cistern.image.vmdk.VmdkOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Makes a new image with the content of another one. It is made in a file that has no name of its
 * own yet: whoever calls gives it one when all is done, and removes it when not.
 */
public final class Convert {
    /** Where the server copies a range faster than it would travel twice. */
    private static final Set<String> REMOTE = Set.of("nfs", "cifs");

    private final DiskImage source;
    private final Conversion conversion;
    private final Progress progress;
    private final long capacity;

    private Convert(DiskImage source, Conversion conversion, Progress progress)
            throws ImageException.OutOfRange {
        this.source = source;
        this.conversion = conversion;
        this.progress = progress;
        this.capacity = conversion.capacity().orElse(source.capacity());
        if (capacity < source.capacity()) {
            throw new ImageException.OutOfRange(
                    "%s: has %d bytes, which do not go into an image of %d"
                            .formatted(source.name(), source.capacity(), capacity));
        }
    }

    /**
     * Makes the files of an image in a folder, synced, but for the folder itself. If it throws, the
     * caller removes what is there.
     *
     * @param folder of which nobody else knows
     * @param name of the file by which the image is opened, and after which others are named; of a
     *     vmdk image the one that it is to have in the end
     * @param mode permission bits of the files
     * @see #into(FileStorage, DiskImage, Conversion, Progress)
     */
    public static void into(
            Directory folder,
            String name,
            int mode,
            DiskImage source,
            Conversion conversion,
            Progress progress)
            throws IOException {
        var convert = new Convert(source, conversion, progress);
        if (conversion.target() instanceof NewImage.Vmdk vmdk) {
            if (!vmdk.name().equals(name)) {
                throw new IllegalArgumentException(
                        "a vmdk image that is to be called %s cannot be made as %s"
                                .formatted(vmdk.name(), name));
            }
            if (convert.files(vmdk).size() > 1) {
                convert.toSet(folder, mode, vmdk);
                return;
            }
        }
        into(folder.createFile(name, mode), source, conversion, progress);
    }

    /**
     * Fills an empty file, which is synced and closed when this returns, and closed when it throws.
     *
     * @param source does not change meanwhile, and stays open
     * @param file of which nobody else knows
     * @param progress hears of the bytes of the source; of twice as many if the new image is read
     *     back
     * @throws ImageException.OutOfRange if the format cannot hold so much, or the conversion is to
     *     a smaller image
     * @throws ImageException.Forbidden if the image is of several files, and the conversion's gate
     *     does not let the others be made
     * @throws VerificationException if the new image does not read as the source does
     * @throws IOException what the progress throws, too
     */
    public static void into(
            FileStorage file, DiskImage source, Conversion conversion, Progress progress)
            throws IOException {
        try (file) {
            var convert = new Convert(source, conversion, progress);
            switch (conversion.target()) {
                case NewImage.Raw raw -> convert.toRaw(file, raw);
                case NewImage.Qcow2 qcow2 -> convert.toQcow2(file, qcow2);
                case NewImage.Vmdk vmdk -> convert.toVmdk(file, vmdk);
            }
        }
    }

    private void toRaw(FileStorage file, NewImage.Raw raw) throws IOException {
        if (!conversion.copy().ownOnly() && copied(file, raw)) {
            file.truncate(capacity);
            file.sync();
            progress.at(source.capacity(), source.capacity());
            return;
        }
        Images.create(new CreateOptions(ImageFormat.RAW, capacity, raw.preallocation()), file);
        fill(open(file, ImageFormat.RAW, Secrets.none()), true);
    }

    /** Whether the file system has copied the whole file. */
    private boolean copied(FileStorage file, NewImage.Raw raw) throws IOException {
        if (raw.preallocation() != Preallocation.OFF
                || !(source instanceof RawImage image)
                || image.file().isEmpty()) {
            return false;
        }
        var from = image.file().get();
        if (file.cloneFrom(from)) {
            return true;
        }
        if (!REMOTE.contains(file.capabilities().fileSystem())) {
            return false;
        }
        var _ = FileCopy.copy(from, file, progress.ofFile());
        return true;
    }

    private void toQcow2(FileStorage file, NewImage.Qcow2 qcow2) throws IOException {
        var options = qcow2.options();
        Images.create(capacity, options, file);
        var secret = options.encryption().map(Qcow2Options.Encryption::secret);
        var image =
                open(file, ImageFormat.QCOW2, secret.map(Secrets::ofTop).orElse(Secrets.none()));
        if (qcow2.compressed()) {
            fill(image, ((Qcow2Image) image).compressing());
        } else {
            fill(image, options.backing().isEmpty());
        }
    }

    private List<String> files(NewImage.Vmdk vmdk) {
        return VmdkCreator.fileNames(capacity, vmdk.options(), vmdk.name());
    }

    private void toVmdk(FileStorage file, NewImage.Vmdk vmdk) throws IOException {
        var options = vmdk.options();
        if (options.subformat() == VmdkOptions.Subformat.STREAM_OPTIMIZED) {
            toStream(file, vmdk);
            return;
        }
        var extents = new ArrayList<FileStorage>();
        try {
            Images.create(
                    capacity, options, vmdk.name(), name -> partOf(vmdk, name, file, extents));
        } finally {
            extents.forEach(FileStorage::close);
        }
        fill(open(file, ImageFormat.VMDK, Secrets.none()), options.parent().isEmpty());
    }

    /** The file of the image itself, or an extent that the gate lets be made beside it. */
    private FileStorage partOf(
            NewImage.Vmdk vmdk, String name, FileStorage file, List<FileStorage> extents)
            throws IOException {
        if (name.equals(vmdk.name())) {
            return file;
        }
        var extent = conversion.gate().create(name, file.status(), vmdk.name());
        extents.add(extent);
        return extent;
    }

    private void toStream(FileStorage file, NewImage.Vmdk vmdk) throws IOException {
        var sink = StreamOptimizedSink.begin(file, capacity, vmdk.options(), vmdk.name());
        Copy.all(source, sink, conversion.copy(), told(0));
        sink.finish();
        if (conversion.verified()) {
            try (var image = Images.openNew(file, OpenOptions.reading(ImageFormat.VMDK))) {
                verify(image);
            }
        }
    }

    private void toSet(Directory folder, int mode, NewImage.Vmdk vmdk) throws IOException {
        var made = new ArrayList<FileStorage>();
        try {
            Images.create(
                    capacity,
                    vmdk.options(),
                    vmdk.name(),
                    name -> {
                        var file = folder.createFile(name, mode);
                        made.add(file);
                        return file;
                    });
        } finally {
            made.forEach(FileStorage::close);
        }
        var extents = Set.copyOf(files(vmdk));
        OpenGate gate =
                (reference, access, image) ->
                        extents.contains(reference)
                                ? folder.openFile(reference, access)
                                : conversion.gate().open(reference, access, image);
        var options = OpenOptions.writing(ImageFormat.VMDK).through(gate);
        fill(Images.open(folder, vmdk.name(), options), vmdk.options().parent().isEmpty());
    }

    private DiskImage open(FileStorage file, ImageFormat format, Secrets secrets)
            throws IOException {
        return Images.openNew(
                file,
                new OpenOptions(
                        Optional.of(format), Access.READ_WRITE, conversion.gate(), secrets));
    }

    private void fill(DiskImage image, boolean blank) throws IOException {
        fill(image, ContentSink.of(image, blank));
    }

    private void fill(DiskImage image, ContentSink sink) throws IOException {
        try (image) {
            var size = source.capacity();
            Copy.all(source, sink, conversion.copy(), told(0));
            if (!sink.blank() && size < capacity) {
                image.zero(size, capacity - size, Space.FREE);
            }
            sink.finish();
            if (conversion.verified()) {
                verify(image);
            }
        }
    }

    private void verify(DiskImage image) throws IOException {
        var threads = conversion.copy().threads();
        var difference = Compare.firstDifference(source, image, threads, told(source.capacity()));
        if (difference.isPresent()) {
            throw new VerificationException(
                    "%s: reads otherwise than %s from 0x%x on"
                            .formatted(image.name(), source.name(), difference.getAsLong()));
        }
    }

    /**
     * The progress of a part of the work.
     *
     * @param before bytes of the parts before it
     */
    private Progress told(long before) {
        var total = conversion.verified() ? 2 * source.capacity() : source.capacity();
        return new Progress() {
            @Override
            public void at(long done, long ofPart) throws IOException {
                progress.at(before + done, total);
            }

            @Override
            public void copied(long bytes) throws IOException {
                progress.copied(bytes);
            }
        };
    }
}
