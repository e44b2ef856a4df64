package dev.cistern.image.vmdk;

import dev.cistern.image.CheckReport.Repair;
import dev.cistern.image.raw.RawImage;
import dev.cistern.image.storage.MemoryStorage;
import dev.cistern.image.storage.RecordingStorage;
import dev.cistern.image.storage.RecordingStorage.Change;
import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The order of what an image of grains of 4 KiB writes, as a table for the documentation. */
enum WorkedOrder {
    FIRST_WRITE("vmdk: the first write, over a parent") {
        @Override
        void run(VmdkImage image) throws IOException {
            image.write(filled(1, 512), 1024);
            image.flush();
        }
    },
    DISCARD("vmdk: discard of a grain that was written before") {
        @Override
        void run(VmdkImage image) throws IOException {
            image.discard(2 * GRAIN, GRAIN);
            image.flush();
        }
    },
    GROW("vmdk: grow by more grain tables") {
        @Override
        void run(VmdkImage image) throws IOException {
            image.resize(200L * GRAIN);
        }
    };

    private static final int GRAIN = 4096;
    private static final int CAPACITY = 4 * GRAIN;

    private final String title;

    WorkedOrder(String title) {
        this.title = title;
    }

    abstract void run(VmdkImage image) throws IOException;

    private static ByteBuffer filled(int value, int length) {
        return ByteBuffer.wrap(CrashFiles.filled(length, value));
    }

    /** A step: changes of one kind, one after the other. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Step(String what, byte[] fileAfter) {}

    /** The title and the table, as the documentation has them. */
    String table() throws IOException {
        var start = start();
        var recording = new RecordingStorage(start);
        var image = open(recording, true);
        var before = content(start);
        run(image);
        var after = ByteBuffer.allocate((int) image.capacity());
        image.read(after, 0);
        var text = new StringBuilder("### %s\n\n".formatted(title));
        text.append("| | Written | Cut off then, the check says | and the guest reads |\n");
        text.append("|---|---|---|---|\n");
        var number = 0;
        for (var step : steps(start, recording.changes())) {
            number++;
            text.append(
                    "| %d | %s | %s | %s |\n"
                            .formatted(
                                    number,
                                    step.what,
                                    verdict(step.fileAfter),
                                    moment(content(step.fileAfter), before, after.array())));
        }
        return text.toString();
    }

    private static String moment(byte[] found, byte[] before, byte[] after) {
        if (Arrays.equals(found, before)) {
            return "as before";
        }
        return Arrays.equals(found, after) ? "as after" : "WRONG";
    }

    private static byte[] start() throws IOException {
        var storage = new MemoryStorage("image");
        var header = SparseHeader.ofNew(CAPACITY, GRAIN, 128, true, "image");
        VmdkCreator.write(storage, header);
        var extent = new Descriptor.Extent("RW", CAPACITY / 512, "SPARSE", "image", 0);
        var options =
                VmdkOptions.DEFAULT.over(new VmdkOptions.Parent("below", 7)).withZeroedGrains();
        var descriptor = NewDescriptor.of(options, CAPACITY, List.of(extent));
        storage.writeFully(ByteBuffer.wrap(descriptor.bytes()), 512);
        try (var image = open(storage, true)) {
            image.write(filled(2, GRAIN), 2 * GRAIN);
        }
        return bytes(storage);
    }

    private static VmdkImage open(Storage storage, boolean writable) throws IOException {
        return VmdkImage.open(
                storage,
                writable,
                new VmdkFiles(
                        (_, _, _) -> {
                            var below = new MemoryStorage("below");
                            below.writeFully(filled(9, CAPACITY), 0);
                            return RawImage.open(below, false);
                        },
                        (name, _, _) -> {
                            throw new NoSuchFileException(name);
                        },
                        name -> {
                            throw new NoSuchFileException(name);
                        }));
    }

    private static byte[] bytes(Storage storage) throws IOException {
        var bytes = ByteBuffer.allocate((int) storage.size());
        storage.readFully(bytes, 0);
        return bytes.array();
    }

    private static MemoryStorage storageOf(byte[] file) throws IOException {
        var storage = new MemoryStorage("image");
        storage.writeFully(ByteBuffer.wrap(file), 0);
        return storage;
    }

    private static byte[] content(byte[] file) throws IOException {
        try (var image = open(storageOf(file), false)) {
            var content = ByteBuffer.allocate((int) image.capacity());
            image.read(content, 0);
            return content.array();
        }
    }

    private static String verdict(byte[] file) throws IOException {
        var report =
                VmdkChecker.check(
                        storageOf(file),
                        (name, _, _) -> {
                            throw new NoSuchFileException(name);
                        },
                        Repair.NONE);
        if (report.clean()) {
            return "clean";
        }
        return report.sound() ? "leaks" : "WRONG " + report.findings();
    }

    private static List<Step> steps(byte[] start, List<Change> changes) throws IOException {
        var file = storageOf(start);
        var steps = new ArrayList<Step>();
        for (var change : changes) {
            var what = name(change, SparseHeader.read(file), start.length);
            apply(change, file);
            if (!steps.isEmpty() && steps.getLast().what.equals(what)) {
                steps.removeLast();
            }
            steps.add(new Step(what, bytes(file)));
        }
        return steps;
    }

    private static String name(Change change, SparseHeader header, int oldLength) {
        return switch (change) {
            case Change.Write(var offset, _) -> place(offset, header, oldLength);
            case Change.Clear _ -> "hole punched: grain";
            case Change.Truncate _ -> "the file grows";
            case Change.Sync _ -> "**sync**";
        };
    }

    private static String place(long offset, SparseHeader header, int oldLength) {
        if (offset == 0) {
            return "header";
        }
        if (offset < header.redundantAt()) {
            return "descriptor";
        }
        if (offset < header.directoryAt()) {
            return "redundant grain table";
        }
        if (offset < header.overhead()) {
            return "grain table";
        }
        return offset < oldLength ? "data" : "behind the old end";
    }

    private static void apply(Change change, MemoryStorage file) throws IOException {
        switch (change) {
            case Change.Write(var offset, var bytes) -> file.writeFully(bytes.duplicate(), offset);
            case Change.Clear(var offset, var length, var grows) -> {
                if (grows) {
                    file.zero(offset, length);
                } else {
                    var _ = file.punchHole(offset, length);
                }
            }
            case Change.Truncate(var size) -> file.truncate(size);
            case Change.Sync _ -> {}
        }
    }
}
