package dev.cistern.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Timeout.ThreadMode.SEPARATE_THREAD;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever an image contains, each use of it ends in order or says what is wrong with it, in the
 * 256 MiB of memory that these tests have.
 */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = SEPARATE_THREAD)
final class HostileImagesTest {
    @TempDir Path temporary;

    static List<Hostile> images() {
        var all = new ArrayList<Hostile>();
        all.addAll(HostileHeaders.all());
        all.addAll(HostileTables.all());
        return all;
    }

    /** Memory does for a disk, where there is some: nothing here needs to last. */
    static Path folder(Path fallback) throws IOException {
        var memory = Path.of("/dev/shm");
        return Files.isWritable(memory)
                ? Files.createTempDirectory(memory, "cistern-hostile-")
                : fallback;
    }

    @ParameterizedTest
    @MethodSource("images")
    void isUsedOrRefused(Hostile image) throws IOException {
        var folder = folder(temporary);
        try {
            requireRefusals(image, Trial.of(folder, image.forging().make(), Script.usual()));
        } finally {
            Files.deleteIfExists(folder);
        }
    }

    static List<Hostile> vmdkImages() {
        return HostileVmdk.all();
    }

    @ParameterizedTest
    @MethodSource("vmdkImages")
    void aVmdkIsUsedOrRefused(Hostile image) throws IOException {
        isUsedOrRefused(image);
    }

    private static void requireRefusals(Hostile image, Map<Use, IOException> refusals) {
        for (var expected : image.refusals().entrySet()) {
            assertThat(refusals).as(image.name()).containsKey(expected.getKey());
            assertThat(refusals.get(expected.getKey()))
                    .as("%s, %s", image.name(), expected.getKey())
                    .message()
                    .contains(expected.getValue());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSoundImageIsUsedInEveryWay(SoundImage image) throws IOException {
        var folder = folder(temporary);
        try {
            var refusals = Trial.of(folder, Forged.of(image), Script.usual());
            assertThat(refusals.keySet()).isSubsetOf(Use.WRITE);
        } finally {
            Files.deleteIfExists(folder);
        }
    }
}
