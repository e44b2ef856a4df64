package dev.cistern.image.qcow2;

import dev.cistern.image.CheckReport.Repair;
import dev.cistern.image.raw.RawImage;
import dev.cistern.image.storage.MemoryStorage;
import dev.cistern.image.storage.RecordingStorage;
import dev.cistern.image.storage.RecordingStorage.Change;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What an operation writes, step by step, and what there is if it is cut off after each. */
enum WorkedOrder {
    COPY_ON_WRITE("Copy on write over a backing file") {
        @Override
        void prepare(Qcow2Image image) throws IOException {
            image.write(ByteBuffer.allocate(512), 2L * CLUSTER);
        }

        @Override
        void run(Qcow2Image image, Moments moments) throws IOException {
            image.write(filled(1, 512), 1024);
            image.flush();
        }
    },
    DISCARD_AND_REUSE("Discard, and reuse of the cluster") {
        @Override
        void prepare(Qcow2Image image) throws IOException {
            image.write(filled(1, CLUSTER), 0);
        }

        @Override
        void run(Qcow2Image image, Moments moments) throws IOException {
            image.discard(0, CLUSTER);
            image.flush();
            image.flush();
            moments.pass("as after the discard", image);
            image.write(filled(2, CLUSTER), CLUSTER);
            image.flush();
        }
    },
    SNAPSHOT_CREATE("Snapshot create") {
        @Override
        void prepare(Qcow2Image image) throws IOException {
            image.write(filled(1, CLUSTER), 0);
            image.createSnapshot("older", CLOCK);
        }

        @Override
        void run(Qcow2Image image, Moments moments) throws IOException {
            image.createSnapshot("new", CLOCK);
        }
    },
    SNAPSHOT_DELETE("Snapshot delete") {
        @Override
        void prepare(Qcow2Image image) throws IOException {
            image.write(filled(1, CLUSTER), 0);
            image.createSnapshot("old", CLOCK);
        }

        @Override
        void run(Qcow2Image image, Moments moments) throws IOException {
            image.deleteSnapshot("1");
        }
    },
    REVERT("Snapshot revert") {
        @Override
        void prepare(Qcow2Image image) throws IOException {
            image.write(filled(1, CLUSTER), 0);
            image.createSnapshot("old", CLOCK);
            image.write(filled(2, CLUSTER), 0);
        }

        @Override
        void run(Qcow2Image image, Moments moments) throws IOException {
            image.revertToSnapshot("1");
        }
    };

    private static final int CLUSTER = 4096;
    private static final int CAPACITY = 4 * CLUSTER;
    private static final Clock CLOCK = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);

    private final String title;

    WorkedOrder(String title) {
        this.title = title;
    }

    abstract void prepare(Qcow2Image image) throws IOException;

    abstract void run(Qcow2Image image, Moments moments) throws IOException;

    private static ByteBuffer filled(int value, int length) {
        var bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return ByteBuffer.wrap(bytes);
    }

    /** What the guest may read, by names. */
    static final class Moments {
        private final Map<String, byte[]> contents = new LinkedHashMap<>();

        void pass(String name, Qcow2Image image) throws IOException {
            contents.putIfAbsent(name, read(image));
        }

        String name(byte[] content) {
            if (contents.values().stream().allMatch(one -> Arrays.equals(one, content))) {
                return "the same";
            }
            return contents.entrySet().stream()
                    .filter(one -> Arrays.equals(one.getValue(), content))
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .orElse("WRONG");
        }
    }

    /** A step: changes of one kind, one after the other. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Step(String what, byte[] fileAfter) {}

    /** The title and the table, as the documentation has them. */
    String table() throws IOException {
        var start = start();
        var recording = new RecordingStorage(start);
        var moments = new Moments();
        try (var image = Qcow2Image.open(recording, true, (_, _, _) -> below())) {
            moments.pass("as before", image);
            run(image, moments);
            moments.pass("as after", image);
        }
        var steps = steps(start, recording.changes());
        var text = new StringBuilder("### %s\n\n".formatted(title));
        text.append("| | Written | Cut off then, the check says | and the guest reads |\n");
        text.append("|---|---|---|---|\n");
        for (var number = 0; number < steps.size(); number++) {
            var step = steps.get(number);
            text.append(
                    "| %d | %s | %s | %s |\n"
                            .formatted(
                                    number + 1,
                                    step.what,
                                    verdict(step.fileAfter),
                                    moments.name(content(step.fileAfter))));
        }
        return text.toString();
    }

    private byte[] start() throws IOException {
        var storage = new MemoryStorage("image");
        var options = Qcow2Options.DEFAULT.withClusterSize(CLUSTER).withBacking("below", "raw");
        Qcow2Creator.create(CAPACITY, options, storage);
        try (var image = Qcow2Image.open(storage, true, (_, _, _) -> below())) {
            prepare(image);
        }
        return bytes(storage);
    }

    private static RawImage below() throws IOException {
        var storage = new MemoryStorage("below");
        storage.writeFully(filled(9, CAPACITY), 0);
        return RawImage.open(storage, false);
    }

    private static byte[] bytes(MemoryStorage storage) throws IOException {
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
        try (var image = Qcow2Image.open(storageOf(file), false, (_, _, _) -> below())) {
            return read(image);
        }
    }

    private static byte[] read(Qcow2Image image) throws IOException {
        var content = ByteBuffer.allocate(CAPACITY);
        image.read(content, 0);
        return content.array();
    }

    private static String verdict(byte[] file) throws IOException {
        var report = Qcow2Checker.check(storageOf(file), Repair.NONE);
        if (report.clean()) {
            return "clean";
        }
        if (report.sound()) {
            return "leaks";
        }
        var marks = report.findings().stream().allMatch(one -> one.contains("OFLAG_COPIED"));
        var repaired = storageOf(file);
        var sound = Qcow2Checker.check(repaired, Repair.ALL).sound();
        return marks && sound ? "marks to be set" : "WRONG " + report.findings();
    }

    private static List<Step> steps(byte[] start, List<Change> changes) throws IOException {
        var file = storageOf(start);
        var places = new ClusterKinds(CLUSTER);
        places.learn(start);
        var states = new ArrayList<byte[]>();
        for (var change : changes) {
            apply(change, file);
            states.add(bytes(file));
            if (change instanceof Change.Sync) {
                places.learn(states.getLast());
            }
        }
        var steps = new ArrayList<Step>();
        for (var number = 0; number < changes.size(); number++) {
            var what = places.name(changes.get(number));
            if (!steps.isEmpty() && steps.getLast().what.equals(what)) {
                steps.removeLast();
            }
            steps.add(new Step(what, states.get(number)));
        }
        return steps;
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
