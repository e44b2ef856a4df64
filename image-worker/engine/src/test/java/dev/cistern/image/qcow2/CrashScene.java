package dev.cistern.image.qcow2;

import dev.cistern.image.CheckReport.Repair;
import dev.cistern.image.DiskImage.Space;
import dev.cistern.image.ImageException;
import dev.cistern.image.SnapshotInfo;
import dev.cistern.image.raw.RawImage;
import dev.cistern.image.storage.MemoryStorage;
import dev.cistern.image.storage.PowerCuts;
import dev.cistern.image.storage.RecordingStorage;
import dev.cistern.image.storage.Storage;
import dev.cistern.image.storage.StoragePart;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A story of changes to an image that is recorded, and the judgement on what a crash leaves of it:
 * metadata that are sound, and for each guest sector what was flushed last or came later.
 */
final class CrashScene {
    /** Names of the images that the image may be over. */
    static final String BELOW = "below";

    static final String ANOTHER = "another one";

    /** What the image below is full of. */
    static final byte BELOW_VALUE = 0x77;

    private static final int SECTOR = 512;

    private final byte[] below;
    private final List<Step> steps = new ArrayList<>();
    private final RecordingStorage storage;
    private final byte[] start;
    private final int dataBytes;
    private final Qcow2Image image;

    /** What guests see: of the image, and of each snapshot by its name. */
    @SuppressWarnings("ArrayRecordComponent")
    record State(byte[] content, Map<String, byte[]> snapshots) {
        boolean isSameAs(State other) {
            return Arrays.equals(content, other.content)
                    && snapshots.keySet().equals(other.snapshots.keySet())
                    && snapshots.keySet().stream()
                            .allMatch(
                                    name ->
                                            Arrays.equals(
                                                    snapshots.get(name),
                                                    other.snapshots.get(name)));
        }
    }

    /**
     * One step of the story.
     *
     * @param begin changes that had been made before it
     * @param end changes that had been made when it had returned
     * @param durable whether all up to it is durable then
     * @param whole whether it happens as a whole or not at all
     */
    private record Step(int begin, int end, boolean durable, boolean whole, State after) {}

    /** Something that is done to the image. */
    interface Act {
        void on(Qcow2Image image) throws IOException;
    }

    /**
     * A scene.
     *
     * @param start an image, durable, behind its data file if it has one
     * @param dataBytes length of that data file, 0 for none
     * @param omitted barriers that it passes over
     */
    CrashScene(
            byte[] start,
            int dataBytes,
            byte[] below,
            ImageTables.CacheSize cache,
            Set<Barrier> omitted)
            throws IOException {
        this.start = start;
        this.dataBytes = dataBytes;
        this.below = below;
        this.storage = new RecordingStorage(start);
        this.image =
                new Qcow2Opener(
                                new StoragePart(storage, dataBytes, Long.MAX_VALUE),
                                true,
                                around(new StoragePart(storage, 0, dataBytes)),
                                cache,
                                omitted)
                        .open();
        steps.add(new Step(0, 0, true, true, live()));
    }

    private Surroundings around(Storage dataFile) {
        return Surroundings.below((name, _, _) -> below(name))
                .withDataFile((_, _, _) -> dataFile)
                .withSecret(Encrypted.secret());
    }

    /** The image that stories begin over, or the other one, which differs in every second KiB. */
    static RawImage below(String name, byte[] below) throws IOException {
        var content = below.clone();
        switch (name) {
            case BELOW -> {}
            case ANOTHER -> {
                for (var at = 0; at < content.length; at++) {
                    content[at] ^= (byte) (at >> 10 & 1);
                }
            }
            default -> throw new ImageException.Forbidden("nothing is named " + name);
        }
        return RawImage.open(storageOf(content), false);
    }

    RawImage below(String name) throws IOException {
        return below(name, below);
    }

    RecordingStorage storage() {
        return storage;
    }

    byte[] start() {
        return start;
    }

    void write(int offset, int length, int value) throws IOException {
        var content = new byte[length];
        Arrays.fill(content, (byte) value);
        step(false, false, on -> on.write(ByteBuffer.wrap(content), offset));
    }

    void zero(int offset, int length, Space space) throws IOException {
        step(false, false, on -> on.zero(offset, length, space));
    }

    void discard(int offset, int length) throws IOException {
        step(false, false, on -> on.discard(offset, length));
    }

    void compress(int offset, int value) throws IOException {
        var content = new byte[image.clusterSize()];
        Arrays.fill(content, (byte) value);
        step(false, false, on -> on.writeCompressed(ByteBuffer.wrap(content), offset));
    }

    void flush() throws IOException {
        step(true, false, Qcow2Image::flush);
    }

    /** Something that is durable when it returns, and happens as a whole. */
    void whole(Act act) throws IOException {
        step(true, true, act);
    }

    void snapshot(String name) throws IOException {
        whole(on -> on.createSnapshot(name, Clock.systemUTC()));
    }

    void revert(String name) throws IOException {
        whole(on -> on.revertToSnapshot(id(name)));
    }

    void delete(String name) throws IOException {
        whole(on -> on.deleteSnapshot(id(name)));
    }

    private String id(String name) {
        return image.snapshots().stream()
                .filter(snapshot -> snapshot.name().equals(name))
                .map(SnapshotInfo::id)
                .findFirst()
                .orElseThrow();
    }

    void close() throws IOException {
        step(true, false, Qcow2Image::close);
    }

    private void step(boolean durable, boolean whole, Act act) throws IOException {
        var begin = storage.count();
        act.on(image);
        steps.add(new Step(begin, storage.count(), durable, whole, live()));
    }

    private State live() throws IOException {
        var bytes = ByteBuffer.allocate((int) storage.size());
        storage.readFully(bytes, 0);
        var content = ByteBuffer.allocate((int) image.capacity());
        image.read(content, 0);
        return new State(content.array(), snapshotsOf(imageOf(bytes.array()), image.snapshots()));
    }

    private Map<String, byte[]> snapshotsOf(Storage file, List<SnapshotInfo> infos)
            throws IOException {
        var snapshots = new TreeMap<String, byte[]>();
        for (var info : infos) {
            try (var view =
                    Qcow2Image.openSnapshot(file, info.id(), around(new MemoryStorage("none")))) {
                var content = ByteBuffer.allocate((int) view.capacity());
                view.read(content, 0);
                snapshots.put(info.name(), content.array());
            }
        }
        return snapshots;
    }

    /**
     * Judges what a crash left.
     *
     * @param strict whether nothing may be marked copied whose refcount is not one
     * @return what is wrong with it, if anything
     */
    Optional<String> judge(int cut, byte[] file, boolean strict) throws IOException {
        var left = imageOf(file);
        var wrong = judgeTables(left, cut, strict);
        if (wrong.isPresent()) {
            return wrong;
        }
        var data = dataOf(file);
        State found;
        try {
            found = read(left, data);
        } catch (ImageException e) {
            return Optional.of("cannot be read: " + e);
        }
        var bitmaps = BitmapJudge.judge(left, steps.getFirst().after.content, found.content);
        return bitmaps.or(() -> judge(cut, found)).or(() -> judgeRepair(left, data, found));
    }

    /** The image's own file of those that a crash left. */
    MemoryStorage imageOf(byte[] files) throws IOException {
        return storageOf(Arrays.copyOfRange(files, dataBytes, files.length));
    }

    private MemoryStorage dataOf(byte[] files) throws IOException {
        return storageOf(Arrays.copyOf(files, dataBytes));
    }

    static MemoryStorage storageOf(byte[] file) throws IOException {
        var left = new MemoryStorage("left by a crash");
        left.writeFully(ByteBuffer.wrap(file), 0);
        return left;
    }

    private State read(Storage left, Storage data) throws IOException {
        try (var open = Qcow2Image.open(left, false, around(data))) {
            var content = ByteBuffer.allocate((int) open.capacity());
            open.read(content, 0);
            return new State(content.array(), snapshotsOf(left, open.snapshots()));
        }
    }

    private Optional<String> judgeTables(Storage left, int cut, boolean strict) throws IOException {
        var report = Qcow2Checker.check(left, Repair.NONE);
        var marks =
                report.findings().stream().filter(text -> text.matches("(?i).*copied.*")).count();
        if (report.checkErrors() > 0 || report.corruptions() > marks) {
            return Optional.of("corrupt: " + report.findings());
        }
        if (marks > 0 && !withinWholeStep(cut)) {
            return Optional.of("marks where no snapshot changes: " + report.findings());
        }
        return CopiedMarks.firstWrong(left, strict);
    }

    private boolean withinWholeStep(int cut) {
        return steps.stream().anyMatch(step -> step.whole && step.begin < cut && cut <= step.end);
    }

    private Optional<String> judge(int cut, State found) {
        var last = 0;
        for (var i = 0; i < steps.size(); i++) {
            if (steps.get(i).durable && steps.get(i).end <= cut) {
                last = i;
            }
        }
        var base = steps.get(last).after;
        var later =
                steps.subList(last + 1, steps.size()).stream()
                        .filter(step -> step.begin < cut)
                        .toList();
        for (var step : later) {
            if (step.whole) {
                return found.isSameAs(step.after) || found.isSameAs(base)
                        ? Optional.empty()
                        : Optional.of("neither as before nor as after step " + steps.indexOf(step));
            }
        }
        return judgeSectors(found, base, later.stream().map(Step::after).toList());
    }

    private static Optional<String> judgeSectors(State found, State base, List<State> later) {
        if (found.content.length != base.content.length
                || !new State(base.content, found.snapshots).isSameAs(base)) {
            return Optional.of("capacity or snapshots have changed");
        }
        for (var from = 0; from < found.content.length; from += SECTOR) {
            var to = Math.min(from + SECTOR, found.content.length);
            var sector = Arrays.copyOfRange(found.content, from, to);
            var start = from;
            if (!isSector(sector, base, start)
                    && later.stream().noneMatch(state -> isSector(sector, state, start))) {
                return Optional.of(
                        "guest sector at 0x%x is 0x%x…, not what was flushed nor what came later"
                                .formatted(from, sector[0]));
            }
        }
        return Optional.empty();
    }

    private static boolean isSector(byte[] sector, State state, int from) {
        return Arrays.equals(sector, 0, sector.length, state.content, from, from + sector.length);
    }

    private Optional<String> judgeRepair(Storage left, Storage data, State found) {
        try {
            var report = Qcow2Checker.check(left, Repair.ALL);
            if (!report.clean()) {
                return Optional.of("not clean after a repair: " + report.findings());
            }
            return read(left, data).isSameAs(found)
                    ? Optional.empty()
                    : Optional.of("a repair has changed what guests read");
        } catch (IOException e) {
            return Optional.of("the repair failed: " + e);
        }
    }

    /** Judges what a crash inside the repair of what a crash left leaves. */
    Optional<String> judgeCutRepair(byte[] file) throws IOException {
        var data = dataOf(file);
        var left = imageOf(file);
        var found = read(left, data);
        var bytes = ByteBuffer.allocate((int) left.size());
        left.readFully(bytes, 0);
        var repaired = new RecordingStorage(bytes.array());
        Qcow2Checker.check(repaired, Repair.ALL);
        var wrong = new ArrayList<String>();
        new PowerCuts(bytes.array(), repaired.changes(), 5)
                .forEach(
                        (cut, again) -> {
                            var cutOff = storageOf(again);
                            if (!read(cutOff, data).isSameAs(found)) {
                                wrong.add(
                                        "a cut repair has changed what guests read, after " + cut);
                            } else {
                                judgeRepair(cutOff, data, found).ifPresent(wrong::add);
                            }
                            return wrong.isEmpty();
                        });
        return wrong.stream().findFirst();
    }
}
