package dev.cistern.img;

import dev.cistern.image.CreateOptions;
import dev.cistern.image.ImageException;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.ImageInUseException;
import dev.cistern.image.Images;
import dev.cistern.image.Preallocation;
import dev.cistern.image.qcow2.Qcow2Options;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.FileStorage;
import dev.cistern.image.storage.Storage;
import dev.cistern.image.vmdk.VmdkOptions.Subformat;
import java.io.IOException;

/** Makes an image file, or makes one anew, under QEMU's lock. */
final class NewImage {
    private static final int SECTOR = 512;
    private static final int MODE = 0644;

    private final Console console;
    private final String file;
    private final ImageFormat format;
    private final CreateValues values;
    private final SecretObjects secrets;

    NewImage(
            Console console,
            String file,
            ImageFormat format,
            CreateValues values,
            SecretObjects secrets) {
        this.console = console;
        this.file = file;
        this.format = format;
        this.values = values;
        this.secrets = secrets;
    }

    /** Lays the content of an image out. */
    @FunctionalInterface
    private interface Layout {
        void write(Storage storage) throws IOException;
    }

    /**
     * Makes the image, durably. A file that is there is emptied first, once all else has been
     * judged; one that was made is removed if that fails.
     */
    void make() throws Failure, IOException {
        var capacity =
                Math.ceilDiv(Long.parseUnsignedLong(values.get("size")), SECTOR) * (long) SECTOR;
        switch (format) {
            case RAW -> {
                var options = new CreateOptions(ImageFormat.RAW, capacity, rawPreallocation());
                write(file, storage -> Images.create(options, storage));
            }
            case QCOW2 -> makeQcow2(capacity, new Qcow2Request(values).options());
            case VMDK -> makeVmdk(capacity);
        }
    }

    private void makeVmdk(long capacity) throws Failure, IOException {
        var options = new VmdkRequest(console, file, values).options();
        if (options.subformat() == Subformat.STREAM_OPTIMIZED) {
            throw Failure.of(
                    "This program creates no empty streamOptimized image, which cannot be written to; convert to one");
        }
        try {
            new NewVmdk(console, file).make(capacity, options);
        } catch (ImageInUseException _) {
            throw Reasons.ofLock(file, true);
        } catch (ImageException.OutOfRange e) {
            throw tooLarge(e);
        } catch (IOException e) {
            throw Failure.of("Could not create '%s': %s".formatted(file, Reasons.of(e)));
        }
    }

    private Preallocation rawPreallocation() throws Failure {
        var text = values.given("preallocation").orElse("off");
        var mode =
                Preallocation.of(text)
                        .orElseThrow(
                                () -> Failure.of("invalid parameter value: %s".formatted(text)));
        if (mode == Preallocation.METADATA) {
            throw Failure.of("Unsupported preallocation mode: metadata");
        }
        return mode;
    }

    private void makeQcow2(long capacity, Qcow2Options plain) throws Failure, IOException {
        var luks = new LuksRequest(values).options();
        if (luks.isEmpty()) {
            writeQcow2(capacity, plain);
            return;
        }
        var id =
                values.given("encrypt.key-secret")
                        .orElseThrow(
                                () ->
                                        Failure.of(
                                                "Parameter 'encrypt.key-secret' is required for cipher"));
        try (var secret = secrets.require(id)) {
            writeQcow2(capacity, plain.withEncryption(luks.get(), secret));
        }
    }

    private void writeQcow2(long capacity, Qcow2Options options) throws Failure, IOException {
        if (options.dataFile().isEmpty()) {
            write(file, storage -> Images.create(capacity, options, storage));
            return;
        }
        var data = options.dataFile().get().file();
        write(
                data,
                dataStorage -> {
                    try {
                        write(
                                file,
                                storage -> Images.create(capacity, options, storage, dataStorage));
                    } catch (Failure e) {
                        throw new Nested(e);
                    }
                });
    }

    /** A failure on its way through {@link Layout}. */
    private static final class Nested extends IOException {
        private static final long serialVersionUID = 1L;

        private final transient Failure failure;

        Nested(Failure failure) {
            super(failure);
            this.failure = failure;
        }
    }

    private void write(String name, Layout layout) throws Failure, IOException {
        try (var place = Place.ofNew(console.resolve(name))) {
            var isNew = place.folder().status(place.file()).isEmpty();
            var done = false;
            try (var storage = open(place, isNew)) {
                Place.lock(storage, Access.READ_WRITE);
                storage.truncate(0);
                layout.write(storage);
                storage.sync();
                done = true;
            } finally {
                if (isNew && !done) {
                    place.folder().unlink(place.file());
                }
            }
        } catch (ImageInUseException _) {
            throw Reasons.ofLock(name, true);
        } catch (ImageException.OutOfRange e) {
            throw tooLarge(e);
        } catch (Nested e) {
            throw e.failure;
        } catch (IOException e) {
            throw Failure.of("Could not create '%s': %s".formatted(name, Reasons.of(e)));
        }
    }

    private static FileStorage open(Place place, boolean isNew) throws IOException {
        return isNew
                ? place.folder().createFile(place.file(), MODE)
                : place.folder().openFile(place.file(), Access.READ_WRITE);
    }

    private Failure tooLarge(ImageException.OutOfRange e) {
        return String.valueOf(e.getMessage()).contains("backing file")
                ? Failure.of(
                        "Could not assign backing file '%s' with format '%s': Invalid argument"
                                .formatted(values.get("backing_file"), values.get("backing_fmt")))
                : Failure.of(
                        "The image size is too large for file format '%s' (try using a larger cluster size)"
                                .formatted(format.text()));
    }
}
