package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.ImageRef;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import java.nio.file.Files;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RenameVolumeTest extends PoolBench {
    private ImageRef image;

    @BeforeEach
    void start() throws Exception {
        bench.run(pool.create(volume, "disk"));
        image = pool.image("disk", "raw");
    }

    private Command.RenameVolume rename(String name) {
        return new Command.RenameVolume(pool.place(), volume, 2, image, name);
    }

    @Test
    void theFileHasItsNewNameAndIsTheSame() throws Exception {
        var result = bench.run(operation, 1, rename("web"));

        assertThat(result)
                .isInstanceOfSatisfying(
                        Result.VolumeChanged.class,
                        changed -> assertThat(changed.file().name()).isEqualTo("web"));
        assertThat(pool.files()).containsExactly("web");
        assertThat(TestPool.inode(pool.file("web"))).isEqualTo(image.inode());
        assertThat(pool.volume(volume).name()).isEqualTo("web");
    }

    @Test
    void handlesTheSameCommandTwice() throws Exception {
        var first = bench.run(operation, 1, rename("web"));

        assertThat(bench.run(operation, 2, rename("web"))).isEqualTo(first);
    }

    @Test
    void finishesWhatAnEarlierAttemptHasBegun() throws Exception {
        dieAt(Command.RenameVolume.class, "publish");
        assertThat(bench.run(operation, 1, rename("web"))).isNull();
        Files.writeString(pool.file("disk"), "the user's");

        assertThat(bench.run(operation, 2, rename("web"))).isInstanceOf(Result.VolumeChanged.class);
        assertThat(pool.files()).containsExactly("disk", "web");
    }

    @Test
    void neverReplacesAFile() throws Exception {
        Files.writeString(pool.file("web"), "the user's");

        assertThat(code(bench.run(operation, 1, rename("web")))).isEqualTo(ProblemCode.FILE_EXISTS);
        assertThat(pool.file("web")).hasContent("the user's");
        assertThat(pool.files()).containsExactly("disk", "web");
    }

    @Test
    void refusesWhatAVirtualMachineHasOpen() throws Exception {
        try (var _ = Qemu.holding(pool.file("disk"), "raw")) {
            assertThat(code(bench.run(operation, 1, rename("web"))))
                    .isEqualTo(ProblemCode.VOLUME_IN_USE);
        }
        assertThat(pool.files()).containsExactly("disk");
    }

    @Test
    void refusesNamesThatCouldLeaveTheFolder() throws Exception {
        assertThat(code(bench.run(operation, 1, rename("../web"))))
                .isEqualTo(ProblemCode.INVALID_REQUEST);
        assertThat(pool.files()).containsExactly("disk");
    }

    @Test
    void renamesAnImageOfSeveralFilesThatQemuHasMade() throws Exception {
        Qemu.img(
                pool.path(),
                "create",
                "-q",
                "-f",
                "vmdk",
                "-o",
                "subformat=monolithicFlat",
                "old.vmdk",
                "1M");
        var adopted = UUID.randomUUID();

        var result =
                bench.run(
                        new Command.RenameVolume(
                                pool.place(),
                                adopted,
                                2,
                                pool.image("old.vmdk", "vmdk"),
                                "new.vmdk"));

        assertThat(result).isInstanceOf(Result.VolumeChanged.class);
        assertThat(pool.files()).containsExactly("disk", "new-flat.vmdk", "new.vmdk");
        assertThat(Qemu.img(pool.path(), "info", "new.vmdk")).contains("monolithicFlat");
    }

    @Test
    void keepsTheNameWhenItIsSettledBeforeItBegan() throws Exception {
        dieAt(Command.RenameVolume.class, "intent");
        bench.run(operation, 1, rename("web"));

        assertThat(bench.run(pool.settle(operation, rename("web"))))
                .isEqualTo(new Result.Settled(operation, null));
        assertThat(pool.files()).containsExactly("disk");
        assertThat(code(bench.run(operation, 2, rename("web")))).isEqualTo(ProblemCode.CANCELLED);
    }
}
