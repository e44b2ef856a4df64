package dev.cistern.soak;

import dev.cistern.image.CheckReport;
import dev.cistern.image.CheckReport.Repair;
import dev.cistern.image.DiskImage;
import dev.cistern.image.EncryptionInfo;
import dev.cistern.image.ImageException;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.ImageInUseException;
import dev.cistern.image.ImageInfo;
import dev.cistern.image.Images;
import dev.cistern.image.OpenGate;
import dev.cistern.image.OpenOptions;
import dev.cistern.image.Secret;
import dev.cistern.image.Secrets;
import dev.cistern.image.VmdkImages;
import dev.cistern.image.qcow2.Qcow2Checker;
import dev.cistern.image.qcow2.Qcow2Image;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.Directory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Uses an image in every way. Each use has to end in order, or by an exception that names the file
 * and what is wrong with it: an {@link ImageException}, or for another file that it names the
 * system's. Whatever else is thrown goes through to the caller. What a check finds clean, moreover,
 * must be clean after it was written to.
 */
public final class Trial {
    /** Of the encrypted images that are tried out. */
    public static final Secret SECRET = Secret.of("open sesame".toCharArray());

    private static final String NAME = "image";

    /** A header may ask for minutes of work by its iterations; that is known, and bounded. */
    private static final long MOST_ITERATIONS = 20_000;

    /** Snapshots that are opened one by one. */
    private static final int MOST_SNAPSHOTS = 3;

    private static final int MOST_RUNS = 5000;
    private static final int PART = 64 * 1024;

    private final Path folder;
    private final Subject subject;
    private final Script script;
    private final Map<Use, IOException> refusals = new EnumMap<>(Use.class);

    private Trial(Path folder, Subject subject, Script script) {
        this.folder = folder;
        this.subject = subject;
        this.script = script;
    }

    /**
     * Tries an image out.
     *
     * @param folder empty, and left so
     * @return the uses that were refused
     */
    public static Map<Use, IOException> of(Path folder, Subject subject, Script script)
            throws IOException {
        var trial = new Trial(folder, subject, script);
        for (var use : Use.values()) {
            trial.run(use);
        }
        return trial.refusals;
    }

    /** A use of an image. */
    private interface Work {
        void on(Directory directory) throws IOException;
    }

    private void run(Use use) throws IOException {
        try {
            subject.layInto(folder);
            try (var directory = Directory.open(folder)) {
                work(use).on(directory);
            } catch (ImageException | ImageInUseException e) {
                requireNamed(e);
                refusals.put(use, e);
            } catch (FileSystemException e) {
                requireOfAnother(e);
                refusals.put(use, e);
            }
        } finally {
            clear();
        }
    }

    private void clear() throws IOException {
        try (var files = Files.newDirectoryStream(folder)) {
            for (var file : files) {
                Files.delete(file);
            }
        }
    }

    private void requireNamed(IOException e) {
        if (!String.valueOf(e.getMessage()).startsWith(folder.toString())) {
            throw new AssertionError("does not begin with the name of the file: " + e, e);
        }
    }

    private void requireOfAnother(FileSystemException e) throws FileSystemException {
        if (e.getFile() == null || e.getFile().equals(folder.resolve(NAME).toString())) {
            throw e;
        }
    }

    private Work work(Use use) {
        return switch (use) {
            case INFO -> directory -> info(directory);
            case MAP -> Trial::map;
            case READ -> Trial::readAll;
            case SNAPSHOT -> Trial::readSnapshots;
            case WRITE -> this::write;
            case CHECK -> directory -> check(directory, Repair.NONE);
            case REPAIR -> Trial::repair;
        };
    }

    private static ImageInfo info(Directory directory) throws IOException {
        return Images.info(directory, NAME);
    }

    private static void map(Directory directory) throws IOException {
        try (var image = open(directory, Access.READ)) {
            var at = 0L;
            for (var run = 0; run < MOST_RUNS && at < image.capacity(); run++) {
                var mapping = image.map(at, image.capacity() - at);
                if (mapping.length() <= 0) {
                    throw new AssertionError("a run of " + mapping.length() + " bytes");
                }
                at += mapping.length();
            }
        }
    }

    private static void readAll(Directory directory) throws IOException {
        try (var image = open(directory, Access.READ)) {
            read(image);
        }
    }

    private static void read(DiskImage image) throws IOException {
        var middle = image.capacity() / 2;
        for (var at : new long[] {0, PART, middle, image.capacity() - PART}) {
            var start = Math.clamp(at, 0, image.capacity());
            var count = (int) Math.min(PART, image.capacity() - start);
            image.read(ByteBuffer.allocate(count), start);
        }
    }

    private static void readSnapshots(Directory directory) throws IOException {
        if (format(directory) != ImageFormat.QCOW2) {
            return;
        }
        try (var image = (Qcow2Image) open(directory, Access.READ)) {
            var snapshots = image.snapshots();
            for (var i = 0; i < Math.min(MOST_SNAPSHOTS, snapshots.size()); i++) {
                try (var view =
                        Images.openSnapshot(
                                directory,
                                NAME,
                                snapshots.get(i).id(),
                                OpenGate.folder(directory),
                                secrets(directory))) {
                    read(view);
                }
            }
        }
    }

    private void write(Directory directory) throws IOException {
        var clean = check(directory, Repair.NONE).filter(CheckReport::clean).isPresent();
        var whole = false;
        try {
            change(directory);
            whole = true;
        } finally {
            if (clean) {
                requireClean(directory, whole);
            }
        }
    }

    private void change(Directory directory) throws IOException {
        var image = open(directory, Access.READ_WRITE);
        try {
            script.on(image);
        } finally {
            image.close();
        }
    }

    /** After a change that was refused halfway, clusters may be left over. */
    private static void requireClean(Directory directory, boolean whole) throws IOException {
        var report = check(directory, Repair.NONE).orElseThrow();
        if (!report.sound() || (whole && !report.clean())) {
            throw new AssertionError("was clean before it was written to, but now: " + report);
        }
    }

    private static Optional<CheckReport> check(Directory directory, Repair repair)
            throws IOException {
        return switch (format(directory)) {
            case RAW -> Optional.empty();
            case QCOW2 -> {
                try (var file = directory.openFile(NAME, Access.READ_WRITE)) {
                    yield Optional.of(Qcow2Checker.check(file, repair));
                }
            }
            case VMDK ->
                    Optional.of(
                            VmdkImages.check(directory, NAME, OpenGate.folder(directory), repair));
        };
    }

    private static void repair(Directory directory) throws IOException {
        var repaired = check(directory, Repair.ALL);
        if (repaired.isPresent() && repaired.get().clean()) {
            var again = check(directory, Repair.NONE).orElseThrow();
            if (!again.clean()) {
                throw new AssertionError("was repaired to be clean, but now: " + again);
            }
        }
        readAll(directory);
    }

    private static ImageFormat format(Directory directory) throws IOException {
        try (var file = directory.openFile(NAME, Access.READ)) {
            return Images.probe(file);
        }
    }

    private static DiskImage open(Directory directory, Access access) throws IOException {
        return Images.open(
                directory,
                NAME,
                new OpenOptions(Optional.of(format(directory)), access, OpenGate.folder(directory))
                        .with(secrets(directory)));
    }

    private static Secrets secrets(Directory directory) throws IOException {
        return iterations(info(directory)) > MOST_ITERATIONS
                ? Secrets.none()
                : Secrets.ofTop(SECRET);
    }

    private static long iterations(ImageInfo info) {
        if (info.details() instanceof ImageInfo.Details.Qcow2 details
                && details.encryption().isPresent()
                && details.encryption().get() instanceof EncryptionInfo.Luks luks) {
            return luks.masterKeyIterations()
                    + luks.slots().stream()
                            .filter(EncryptionInfo.Slot::active)
                            .mapToLong(EncryptionInfo.Slot::iterations)
                            .sum();
        }
        return 0;
    }
}
