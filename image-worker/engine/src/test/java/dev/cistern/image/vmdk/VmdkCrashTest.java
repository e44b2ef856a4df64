package dev.cistern.image.vmdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.EnumSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whatever a crash cuts off, what it leaves is sound. And each barrier is needed: without it, a
 * crash leaves something that is not.
 */
final class VmdkCrashTest {
    /** States drawn at random for each cut, besides the systematic ones; seeds are 0 to 14. */
    private static final int SEEDS = 15;

    private static CrashScene told(CrashStory story, EnumSet<Barrier> omitted) throws IOException {
        var scene = new CrashScene(story, omitted);
        story.tell(scene);
        return scene;
    }

    @ParameterizedTest
    @EnumSource
    void whatACrashLeavesIsSound(CrashStory story) throws Exception {
        var scene = told(story, EnumSet.noneOf(Barrier.class));

        assertThat(scene.firstWrong(SEEDS)).isEmpty();
        assertThat(scene.judged()).isGreaterThan(10);
    }

    @ParameterizedTest
    @EnumSource
    void withoutTheBarrierACrashDoesHarm(Barrier barrier) throws Exception {
        for (var story : CrashStory.values()) {
            var scene = told(story, EnumSet.of(barrier));
            if (scene.firstWrong(SEEDS).isPresent()) {
                return;
            }
        }
        assertThat(barrier).as("no story needs the barrier").isNull();
    }

    @ParameterizedTest
    @EnumSource
    void afterASyncThatFailedNothingIsWritten(CrashStory story) throws Exception {
        var syncs = told(story, EnumSet.noneOf(Barrier.class)).syncs();
        for (var failing = 0; failing < syncs; failing++) {
            var scene = new CrashScene(story, EnumSet.noneOf(Barrier.class));
            scene.storage().failSync(failing);

            assertThatThrownBy(() -> story.tell(scene)).isInstanceOf(IOException.class);

            var cut = scene.storage().count();
            assertThatThrownBy(() -> scene.write(0, 512, 99)).isInstanceOf(IOException.class);
            assertThat(scene.storage().count()).isEqualTo(cut);
        }
    }
}
