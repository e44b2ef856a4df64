package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.ImageRef;
import dev.cistern.common.message.Result;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A vmdk volume of several files. */
abstract class SeveralFilesBench extends PoolBench {
    static final long CAPACITY = 5L << 30;

    Command.CreateVolume create(String subformat) {
        return create("disk.vmdk", ImageOptions.vmdk(subformat, "lsilogic", null));
    }

    Command.CreateVolume create(String name, ImageOptions options) {
        return new Command.CreateVolume(
                pool.place(), volume, 1, name, "vmdk", CAPACITY, TestPool.MODE, options);
    }

    /** Makes one with something in its first and its last extent. */
    ImageRef disk(String subformat) throws Exception {
        assertThat(bench.run(create(subformat))).isInstanceOf(Result.VolumeCreated.class);
        Qemu.io(pool.file("disk.vmdk"), "vmdk", "write -P 0x11 64k 64k");
        Qemu.io(pool.file("disk.vmdk"), "vmdk", "write -P 0x22 4608M 64k");
        return pool.image("disk.vmdk", "vmdk");
    }

    static void requireContent(Path image, String format) throws Exception {
        Qemu.io(image, format, "read -P 0x11 64k 64k");
        Qemu.io(image, format, "read -P 0x22 4608M 64k");
        Qemu.io(image, format, "read -P 0 0 64k");
    }

    void requireNothingLeft() throws Exception {
        assertThat(pool.staged()).isEmpty();
        assertThat(pool.trashed()).isEmpty();
    }

    static List<String> extents(String base, String subformat) {
        return switch (subformat) {
            case "monolithicFlat" -> List.of(base + "-flat.vmdk", base + ".vmdk");
            case "twoGbMaxExtentSparse" -> split(base, 's');
            default -> split(base, 'f');
        };
    }

    static List<String> split(String base, char kind) {
        var names = new ArrayList<String>();
        for (var number = 1; number <= 3; number++) {
            names.add("%s-%c%03d.vmdk".formatted(base, kind, number));
        }
        names.add(base + ".vmdk");
        return names;
    }

    static FileFacts file(@Nullable Result result) {
        return ((Result.OfFile) Objects.requireNonNull(result)).file();
    }

    List<FileFacts> scan() throws Exception {
        var id = UUID.randomUUID();
        bench.run(id, 1, new Command.ScanPool(pool.place(), null));
        return bench.results.stream()
                .filter(message -> message.operation().equals(id))
                .flatMap(
                        message ->
                                message.result() instanceof Result.PoolScanPage page
                                        ? page.files().stream()
                                        : Stream.<FileFacts>empty())
                .toList();
    }
}
