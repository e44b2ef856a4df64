package dev.cistern.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.image.CheckReport.Repair;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.FolderCuts;
import dev.cistern.image.storage.FolderCuts.State;
import dev.cistern.image.storage.RecordedFolder;
import dev.cistern.image.storage.RecordedFolder.Act;
import dev.cistern.image.vmdk.VmdkOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whatever a crash cuts off of a change to the snapshots of a vmdk image, the image and each
 * snapshot read as before or as after, and the next change ends what was begun. And each place at
 * which the code waits for the disk is needed: without it, a crash leaves something else.
 */
final class VmdkSnapshotsCrashTest {
    private static final int GRAIN = 64 << 10;
    private static final int CAPACITY = 3 * GRAIN;
    private static final int SEEDS = 3;

    /** Waits for parts of a file, which VmdkCrashTest shows to be needed. */
    private static final List<String> PROVEN_ELSEWHERE = List.of("DescriptorFile", "GrainWriter");

    /** The gate waits for the sake of new extents; that changes of snapshots gain by it is luck. */
    private static final String LUCK = "OpenGate";

    @TempDir Path temporary;
    private Path folder;

    /** Memory does for a disk, where there is some: what would be lost is worked out here. */
    @BeforeEach
    void makeFolder() throws IOException {
        var memory = Path.of("/dev/shm");
        folder =
                Files.createTempDirectory(
                        Files.isWritable(memory) ? memory : temporary, "cistern-crash-");
    }

    @AfterEach
    void removeFolder() throws IOException {
        clear();
        Files.delete(folder);
    }

    private void clear() throws IOException {
        try (var files = Files.newDirectoryStream(folder)) {
            for (var file : files) {
                Files.delete(file);
            }
        }
    }

    /** A change to the snapshots of an image that has some, and a little content. */
    enum Story {
        CREATE(0) {
            @Override
            void change(VmdkSnapshots snapshots) throws IOException {
                snapshots.create("new", Clock.systemUTC());
            }
        },
        CREATE_ANOTHER(1) {
            @Override
            void change(VmdkSnapshots snapshots) throws IOException {
                snapshots.create("new", Clock.systemUTC());
            }
        },
        REVERT(2) {
            @Override
            void change(VmdkSnapshots snapshots) throws IOException {
                snapshots.revert("1");
            }
        },
        DELETE_THE_ONLY_ONE(1) {
            @Override
            void change(VmdkSnapshots snapshots) throws IOException {
                snapshots.delete("1", Progress.NONE);
            }
        },
        DELETE_THE_FIRST(2) {
            @Override
            void change(VmdkSnapshots snapshots) throws IOException {
                snapshots.delete("1", Progress.NONE);
            }
        },
        DELETE_THE_LAST(2) {
            @Override
            void change(VmdkSnapshots snapshots) throws IOException {
                snapshots.delete("2", Progress.NONE);
            }
        };

        private final int snapshots;

        Story(int snapshots) {
            this.snapshots = snapshots;
        }

        abstract void change(VmdkSnapshots snapshots) throws IOException;
    }

    private static VmdkSnapshots snapshots(Directory directory) {
        return new VmdkSnapshots(directory, "disk.vmdk", OpenGate.folder(directory));
    }

    private static void begin(Story story, Directory directory) throws IOException {
        Images.create(
                CAPACITY,
                VmdkOptions.DEFAULT,
                "disk.vmdk",
                name -> directory.createFile(name, 0600));
        write(directory, 0);
        for (var number = 1; number <= story.snapshots; number++) {
            snapshots(directory).create("s" + number, Clock.systemUTC());
            write(directory, number);
        }
    }

    /** Half a sector in a grain of its own, and in one that others have too. */
    private static void write(Directory directory, int number) throws IOException {
        var options = OpenOptions.writing(ImageFormat.VMDK).through(OpenGate.folder(directory));
        try (var image = Images.open(directory, "disk.vmdk", options)) {
            for (var at : new int[] {number * GRAIN, CAPACITY / 2}) {
                var bytes = new byte[256];
                Arrays.fill(bytes, (byte) (number + 1));
                image.write(ByteBuffer.wrap(bytes), at);
            }
        }
    }

    /** What guests read: from the image, and from each snapshot by its name. */
    private record Reading(ByteBuffer image, Map<String, ByteBuffer> snapshots) {
        static Reading of(Directory directory) throws IOException {
            var snapshots = new HashMap<String, ByteBuffer>();
            for (var snapshot : VmdkSnapshotsCrashTest.snapshots(directory).list()) {
                snapshots.put(snapshot.info().name(), content(directory, snapshot.file()));
            }
            return new Reading(content(directory, "disk.vmdk"), snapshots);
        }

        private static ByteBuffer content(Directory directory, String name) throws IOException {
            var options = OpenOptions.reading(ImageFormat.VMDK).through(OpenGate.folder(directory));
            try (var image = Images.open(directory, name, options)) {
                var bytes = ByteBuffer.allocate((int) image.capacity());
                image.read(bytes, 0);
                return bytes.flip();
            }
        }
    }

    /** A change that was recorded. */
    private record Tale(State start, List<Act> acts, Reading before, Reading after, State end) {}

    private Tale tell(Story story) throws IOException {
        try (var directory = Directory.open(folder)) {
            begin(story, directory);
            var start = State.of(directory);
            var before = Reading.of(directory);
            try (var recorded = RecordedFolder.of(folder)) {
                story.change(snapshots(recorded));
                return new Tale(
                        start,
                        recorded.acts().stream().filter(act -> !isLuck(act)).toList(),
                        before,
                        Reading.of(directory),
                        State.of(directory));
            }
        } finally {
            clear();
        }
    }

    private static boolean isLuck(Act act) {
        return act instanceof Act.Sync(_, var site) && site.contains(LUCK);
    }

    /** What is wrong with a state that some crash leaves; stops at the first. */
    private Optional<String> firstWrong(Tale tale, Predicate<Act> isThere, boolean goesOn)
            throws IOException {
        var acts = tale.acts.stream().filter(isThere).toList();
        var wrong = new ArrayList<String>();
        var seen = new HashSet<Integer>();
        new FolderCuts(tale.start, acts, SEEDS)
                .forEach(
                        (cut, state) -> {
                            var over = cut == acts.size();
                            if (seen.add(31 * state.hashCode() + Boolean.hashCode(over))) {
                                judge(tale, state, over, goesOn)
                                        .ifPresent(
                                                what ->
                                                        wrong.add(
                                                                "after %d of %d acts: %s"
                                                                        .formatted(
                                                                                cut,
                                                                                acts.size(),
                                                                                what)));
                            }
                            return wrong.isEmpty();
                        });
        assertThat(seen.size() > 5 || !wrong.isEmpty()).as("states were looked at").isTrue();
        return wrong.stream().findFirst();
    }

    /**
     * What is wrong with a state.
     *
     * @param over whether the change had returned
     * @param goesOn whether other changes follow
     */
    private Optional<String> judge(Tale tale, State state, boolean over, boolean goesOn)
            throws IOException {
        try (var directory = Directory.open(folder)) {
            state.layInto(folder);
            var found = Reading.of(directory);
            var wrong = difference(tale, found, over);
            if (wrong.isEmpty() && over && !state.names().equals(tale.end.names())) {
                return Optional.of("the files are " + state.names().keySet());
            }
            if (wrong.isPresent() || !goesOn) {
                return wrong;
            }
            var next = snapshots(directory).create("next", Clock.systemUTC());
            var later = Reading.of(directory);
            if (!later.image.equals(found.image)) {
                return Optional.of("the next change has changed what guests read");
            }
            snapshots(directory).delete(next, Progress.NONE);
            return difference(tale, Reading.of(directory), over).or(() -> unsound(directory));
        } catch (IOException e) {
            return Optional.of(e.toString());
        } finally {
            clear();
        }
    }

    private static Optional<String> difference(Tale tale, Reading found, boolean over) {
        if (!found.image.equals(tale.after.image)
                && (over || !found.image.equals(tale.before.image))) {
            return Optional.of("the image reads as neither before nor after");
        }
        var names = found.snapshots.keySet();
        var kept = new TreeSet<>(tale.before.snapshots.keySet());
        kept.retainAll(tale.after.snapshots.keySet());
        if (!names.containsAll(kept) || (over && !names.equals(tale.after.snapshots.keySet()))) {
            return Optional.of("there are the snapshots " + names);
        }
        for (var snapshot : found.snapshots.entrySet()) {
            var name = snapshot.getKey();
            var known = tale.before.snapshots.getOrDefault(name, tale.after.snapshots.get(name));
            if (!snapshot.getValue().equals(known)) {
                return Optional.of("the snapshot " + name + " reads otherwise");
            }
        }
        return Optional.empty();
    }

    private static Optional<String> unsound(Directory directory) {
        try {
            var gate = OpenGate.folder(directory);
            var report = VmdkImages.check(directory, "disk.vmdk", gate, Repair.NONE);
            return report.sound() ? Optional.empty() : Optional.of(report.toString());
        } catch (IOException e) {
            return Optional.of("cannot be checked: " + e);
        }
    }

    @ParameterizedTest
    @EnumSource
    void readsAsBeforeOrAsAfter(Story story) throws Exception {
        assertThat(firstWrong(tell(story), _ -> true, true)).isEmpty();
    }

    @Test
    void withoutWaitingACrashDoesHarm() throws Exception {
        var tales = new ArrayList<Tale>();
        for (var story : Story.values()) {
            tales.add(tell(story));
        }
        var sites =
                tales.stream()
                        .flatMap(tale -> tale.acts.stream())
                        .filter(Act.Sync.class::isInstance)
                        .map(act -> ((Act.Sync) act).site())
                        .filter(site -> PROVEN_ELSEWHERE.stream().noneMatch(site::contains))
                        .collect(Collectors.toCollection(TreeSet::new));
        var needless = new ArrayList<String>();
        for (var site : sites) {
            if (!isNeeded(site, tales)) {
                needless.add(site);
            }
        }
        assertThat(sites).hasSizeGreaterThanOrEqualTo(5);
        assertThat(needless).isEmpty();
    }

    private boolean isNeeded(String site, List<Tale> tales) throws IOException {
        Predicate<Act> others =
                act -> !(act instanceof Act.Sync(_, var where) && where.equals(site));
        for (var tale : tales) {
            if (!tale.acts.stream().allMatch(others)
                    && firstWrong(tale, others, false).isPresent()) {
                return true;
            }
        }
        return false;
    }
}
