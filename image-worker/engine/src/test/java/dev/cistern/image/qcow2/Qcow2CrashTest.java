package dev.cistern.image.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.image.Oracle;
import dev.cistern.image.storage.RecordingStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever a crash cuts off, what it leaves is sound. And each barrier is needed: without it, a
 * crash leaves something that is not.
 */
final class Qcow2CrashTest {
    /** States drawn at random for each cut, besides the systematic ones; seeds are 0 to 99. */
    private static final int SEEDS = 100;

    /** States of each story that qemu-img looks at too. */
    private static final int JUDGED_BY_QEMU = 12;

    /** States of each story whose repair is cut as well. */
    private static final int CUT_AGAIN = 6;

    @TempDir Path folder;

    static Stream<CrashStory> stories() {
        return Stream.concat(
                Arrays.stream(WritingStory.values()), Arrays.stream(MaintenanceStory.values()));
    }

    static Stream<CrashStory> shortStories() {
        return stories().filter(story -> !story.isLong());
    }

    @ParameterizedTest
    @MethodSource("stories")
    void whatACrashLeavesIsSound(CrashStory story) throws Exception {
        var states = new ArrayList<byte[]>();
        var seeds = story.isLong() ? 2 : SEEDS;

        var wrong = story.firstWrong(EnumSet.noneOf(Barrier.class), seeds, states);

        assertThat(wrong).isEmpty();
        assertThat(states).hasSizeGreaterThan(20);
        var scene = story.begin(EnumSet.noneOf(Barrier.class));
        for (var i = 0; i < CUT_AGAIN; i++) {
            var file = states.get((int) ((long) i * (states.size() - 1) / CUT_AGAIN));
            assertThat(scene.judgeCutRepair(file)).isEmpty();
        }
        Files.write(folder.resolve("below"), story.below());
        for (var i = 0; i < JUDGED_BY_QEMU; i++) {
            var file = states.get((int) ((long) i * (states.size() - 1) / JUDGED_BY_QEMU));
            judgeByQemu(
                    file,
                    file.length - (int) scene.imageOf(file).size(),
                    story.options().encryption().isPresent());
        }
    }

    /** No worse than leaks and marks, which QEMU can set right. */
    private void judgeByQemu(byte[] files, int dataBytes, boolean encrypted) throws Exception {
        var image = folder.resolve("image");
        Files.write(image, Arrays.copyOfRange(files, dataBytes, files.length));
        var options = "driver=qcow2,file.driver=file,file.filename=" + image;
        if (encrypted) {
            options += ",encrypt.key-secret=s";
        }
        if (dataBytes > 0) {
            Files.write(folder.resolve("data"), Arrays.copyOf(files, dataBytes));
            options += ",data-file.driver=file,data-file.filename=" + folder.resolve("data");
        }
        var repaired =
                Oracle.qemuImg(
                        "check",
                        "-q",
                        "-r",
                        "all",
                        "--object",
                        Encrypted.object(),
                        "--image-opts",
                        options);
        assertThat(repaired.status()).as(repaired.output()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void withoutTheBarrierACrashDoesHarm(Barrier barrier) throws Exception {
        for (var story : shortStories().toList()) {
            if (story.firstWrong(EnumSet.of(barrier), SEEDS, new ArrayList<>()).isPresent()) {
                return;
            }
        }
        assertThat(barrier).as("no story needs the barrier").isNull();
    }

    @ParameterizedTest
    @MethodSource("shortStories")
    void afterASyncThatFailedNothingIsWrittenAndWhatIsThereIsSound(CrashStory story)
            throws Exception {
        var syncs = syncsOf(story);
        for (var failing = 0; failing < syncs; failing++) {
            var scene = story.begin(EnumSet.noneOf(Barrier.class));
            scene.storage().failSync(failing);

            assertThatThrownBy(() -> story.tell(scene)).isInstanceOf(IOException.class);

            var cut = scene.storage().count();
            assertThatThrownBy(() -> scene.write(0, 512, 99)).isInstanceOf(IOException.class);
            assertThatThrownBy(scene::flush).isInstanceOf(IOException.class);
            assertThat(scene.storage().count()).isEqualTo(cut);
        }
    }

    private static long syncsOf(CrashStory story) throws IOException {
        var scene = story.begin(EnumSet.noneOf(Barrier.class));
        story.tell(scene);
        return scene.storage().changes().stream()
                .filter(RecordingStorage.Change.Sync.class::isInstance)
                .count();
    }
}
