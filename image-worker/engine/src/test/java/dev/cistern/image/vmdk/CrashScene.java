package dev.cistern.image.vmdk;

import dev.cistern.image.CheckReport.Repair;
import dev.cistern.image.DiskImage.Space;
import dev.cistern.image.storage.PowerCuts;
import dev.cistern.image.storage.RecordingStorage;
import dev.cistern.image.storage.StoragePart;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A story of changes to an image that is recorded, and the judgement on what a crash leaves of it:
 * tables that are sound, for each guest sector what was flushed last or came later, and another
 * content id if anything is other than at the beginning.
 */
final class CrashScene {
    private static final int SECTOR = 512;

    private final CrashStory story;
    private final CrashFiles files;
    private final byte[] start;
    private final RecordingStorage storage;
    private final VmdkImage image;
    private final long firstId;
    private final String tools;
    private final List<Step> steps = new ArrayList<>();
    private int judged;

    /** One step of the story; {@code whole} if it happens as a whole or not at all. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Step(int begin, int end, boolean durable, boolean whole, byte[] after) {}

    /** Something that is done to the image. */
    interface Act {
        void on(VmdkImage image) throws IOException;
    }

    CrashScene(CrashStory story, Set<Barrier> omitted) throws IOException {
        this.story = story;
        this.files = story.newFiles();
        this.start = story.start(files);
        this.storage = new RecordingStorage(start);
        this.image = files.open(storage, story.slots(), new WaitForDisk(omitted));
        this.firstId = image.contentId();
        this.tools = tools(storage);
        steps.add(new Step(0, 0, true, true, content(image)));
    }

    private static byte[] content(VmdkImage image) throws IOException {
        var content = ByteBuffer.allocate((int) image.capacity());
        image.read(content, 0);
        return content.array();
    }

    void write(int offset, int length, int value) throws IOException {
        step(
                false,
                false,
                on -> on.write(ByteBuffer.wrap(CrashFiles.filled(length, value)), offset));
    }

    void zero(int offset, int length, Space space) throws IOException {
        step(false, false, on -> on.zero(offset, length, space));
    }

    void discard(int offset, int length) throws IOException {
        step(false, false, on -> on.discard(offset, length));
    }

    void flush() throws IOException {
        step(true, false, VmdkImage::flush);
    }

    void grow(int capacity) throws IOException {
        step(true, true, on -> on.resize(capacity));
    }

    private void step(boolean durable, boolean whole, Act act) throws IOException {
        var begin = storage.count();
        act.on(image);
        steps.add(new Step(begin, storage.count(), durable, whole, content(image)));
    }

    int syncs() {
        return (int)
                storage.changes().stream()
                        .filter(RecordingStorage.Change.Sync.class::isInstance)
                        .count();
    }

    /** How many states were looked at. */
    int judged() {
        return judged;
    }

    RecordingStorage storage() {
        return storage;
    }

    /** What is wrong with a state that some crash leaves; stops at the first. */
    Optional<String> firstWrong(int seeds) throws IOException {
        var wrong = new ArrayList<String>();
        var seen = new HashSet<Integer>();
        new PowerCuts(start, storage.changes(), seeds)
                .forEach(
                        (cut, left) -> {
                            if (seen.add(31 * cut + Arrays.hashCode(left))) {
                                judge(cut, left)
                                        .ifPresent(
                                                what ->
                                                        wrong.add(
                                                                "after %d of %d changes: %s"
                                                                        .formatted(
                                                                                cut,
                                                                                storage.count(),
                                                                                what)));
                                judged++;
                            }
                            return wrong.isEmpty();
                        });
        return wrong.stream().findFirst();
    }

    private Optional<String> judge(int cut, byte[] bytes) throws IOException {
        var left = new RecordingStorage(bytes);
        try {
            byte[] found;
            try (var open = files.openLeft(left, story.slots())) {
                found = content(open);
                if (open.contentId() == firstId && isChanged(found)) {
                    return Optional.of("changed, but the content id is as before");
                }
            }
            if (!tools.equals(tools(left))) {
                return Optional.of("the end of the descriptor is " + tools(left));
            }
            return judgeContent(cut, found).or(() -> judgeTables(left, found));
        } catch (IOException e) {
            return Optional.of("cannot be read: " + e);
        }
    }

    /** The last line of the descriptor. */
    private String tools(RecordingStorage left) throws IOException {
        return DescriptorFile.open(
                        new StoragePart(left, files.start(story.slots()), Long.MAX_VALUE),
                        WaitForDisk.ALWAYS)
                .orElseThrow()
                .descriptor()
                .text()
                .lines()
                .filter(line -> !line.isBlank())
                .reduce("", (_, line) -> line);
    }

    private boolean isChanged(byte[] found) {
        var first = steps.getFirst().after;
        return Arrays.mismatch(first, Arrays.copyOf(found, first.length)) >= 0;
    }

    private Optional<String> judgeContent(int cut, byte[] found) {
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
            if (step.whole && Arrays.equals(found, step.after)) {
                return Optional.empty();
            }
        }
        if (found.length != base.length) {
            return Optional.of("its capacity is %d, not %d".formatted(found.length, base.length));
        }
        return judgeSectors(found, base, later);
    }

    private static Optional<String> judgeSectors(byte[] found, byte[] base, List<Step> later) {
        for (var from = 0; from < found.length; from += SECTOR) {
            var to = from + SECTOR;
            var start = from;
            if (!Arrays.equals(found, from, to, base, from, to)
                    && later.stream()
                            .noneMatch(
                                    step ->
                                            Arrays.equals(
                                                    found, start, to, step.after, start, to))) {
                return Optional.of(
                        "guest sector at 0x%x is 0x%x…, not what was flushed nor what came later"
                                .formatted(from, found[from]));
            }
        }
        return Optional.empty();
    }

    /** Sound now, and after a repair clean and with the same content. */
    private Optional<String> judgeTables(RecordingStorage left, byte[] found) {
        try {
            var own = new StoragePart(left, files.start(story.slots()), Long.MAX_VALUE);
            var extents = files.files(left, false).extents();
            var report = VmdkChecker.check(own, extents, Repair.NONE);
            if (!report.sound()) {
                return Optional.of("corrupt: " + report.findings());
            }
            var repaired = VmdkChecker.check(own, extents, Repair.ALL);
            if (!repaired.clean()) {
                return Optional.of("not clean after a repair: " + repaired.findings());
            }
            try (var open = files.openLeft(left, story.slots())) {
                return Arrays.equals(content(open), found)
                        ? Optional.empty()
                        : Optional.of("a repair has changed what guests read");
            }
        } catch (IOException e) {
            return Optional.of("cannot be checked: " + e);
        }
    }
}
