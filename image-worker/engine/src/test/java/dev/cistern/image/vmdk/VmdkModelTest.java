package dev.cistern.image.vmdk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.image.CheckReport.Repair;
import dev.cistern.image.DiskImage.Space;
import dev.cistern.image.raw.RawImage;
import dev.cistern.image.storage.MemoryStorage;
import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever is done to an image, it reads as a plain array of bytes would. */
final class VmdkModelTest {
    private static final int SEEDS = 25;
    private static final int ACTIONS = 60;
    private static final int SECTOR = 512;
    private static final int CAPACITY = 200 * 1024 + 512;
    private static final int MOST = 2 * 1024 * 1024;

    /** What an image is like; grains are of 4 KiB. */
    enum Shape {
        SPARSE(false, false, 0),
        ZEROED(false, true, 0),
        OVER_ANOTHER(false, false, 150_000),
        ZEROED_OVER_ANOTHER(false, true, CAPACITY),
        FLAT(true, false, 0);

        private final boolean flat;
        private final boolean zeroedGrains;
        private final int below;

        Shape(boolean flat, boolean zeroedGrains, int below) {
            this.flat = flat;
            this.zeroedGrains = zeroedGrains;
            this.below = below;
        }
    }

    private final Map<String, MemoryStorage> files = new HashMap<>();

    private Storage create(String name) throws IOException {
        if (files.containsKey(name)) {
            throw new FileAlreadyExistsException(name);
        }
        return files.computeIfAbsent(name, MemoryStorage::new);
    }

    private Storage file(String name) {
        return files.getOrDefault(name, new MemoryStorage(name));
    }

    private VmdkImage open(byte[] below) throws IOException {
        return VmdkImage.open(
                file("disk.vmdk"),
                true,
                new VmdkFiles(
                        (_, _, _) -> {
                            var storage = new MemoryStorage("below");
                            storage.writeFully(ByteBuffer.wrap(below), 0);
                            return RawImage.open(storage, false);
                        },
                        (name, _, _) -> file(name),
                        this::create));
    }

    private void make(Shape shape, int each) throws IOException {
        files.clear();
        var options = VmdkOptions.DEFAULT;
        options =
                options.withSubformat(
                        shape.flat
                                ? VmdkOptions.Subformat.TWO_GB_FLAT
                                : VmdkOptions.Subformat.TWO_GB_SPARSE);
        options = shape.zeroedGrains ? options.withZeroedGrains() : options;
        options = shape.below > 0 ? options.over(new VmdkOptions.Parent("below.vmdk", 1)) : options;
        SmallExtents.create("disk.vmdk", CAPACITY, each, options, this::create);
        if (!shape.flat) {
            for (var entry : files.entrySet()) {
                if (!entry.getKey().equals("disk.vmdk")) {
                    shrinkGrains(entry.getValue());
                }
            }
        }
    }

    private static void shrinkGrains(MemoryStorage storage) throws IOException {
        var usual = SparseHeader.read(storage);
        var small =
                SparseHeader.ofNew(
                        usual.capacity(), 4096, 128, usual.zeroedGrains(), storage.name());
        storage.truncate(0);
        VmdkCreator.write(storage, small);
    }

    @ParameterizedTest
    @EnumSource
    void readsAsTheModel(Shape shape) throws IOException {
        for (var seed = 0; seed < SEEDS; seed++) {
            run(shape, new Random(seed), "%s, seed %d".formatted(shape, seed));
        }
    }

    private void run(Shape shape, Random random, String what) throws IOException {
        make(shape, random.nextBoolean() ? CAPACITY : 64 * 1024);
        var below = new byte[shape.below];
        random.nextBytes(below);
        Arrays.fill(below, below.length / 3, below.length / 2, (byte) 0);
        var model = Arrays.copyOf(below, CAPACITY);
        var image = open(below);
        for (var action = 0; action < ACTIONS; action++) {
            var at = random.nextInt(model.length);
            var length = Math.min(1 + random.nextInt(1 << random.nextInt(17)), model.length - at);
            switch (random.nextInt(9)) {
                case 0, 1, 2 -> {
                    var bytes = new byte[length];
                    random.nextBytes(bytes);
                    image.write(ByteBuffer.wrap(bytes), at);
                    System.arraycopy(bytes, 0, model, at, length);
                }
                case 3, 4 -> {
                    image.zero(at, length, random.nextBoolean() ? Space.KEEP : Space.FREE);
                    Arrays.fill(model, at, at + length, (byte) 0);
                }
                case 5 -> {
                    image.discard(at, length);
                    takeDiscarded(image, model, at, length, what);
                }
                case 6 -> image.flush();
                case 7 -> {
                    image.close();
                    requireClean(what);
                    image = open(below);
                }
                default -> model = grow(image, model, random);
            }
            requireSame(image, model, what + ", action " + action);
        }
        image.close();
        requireClean(what);
    }

    private static byte[] grow(VmdkImage image, byte[] model, Random random) throws IOException {
        var sectors = 1 + random.nextInt(1 << random.nextInt(10));
        if (model.length + sectors * SECTOR > MOST) {
            return model;
        }
        image.resize(model.length + (long) sectors * SECTOR);
        return Arrays.copyOf(model, model.length + sectors * SECTOR);
    }

    /** Each byte is as before or zero from now on. */
    private static void takeDiscarded(
            VmdkImage image, byte[] model, int at, int length, String what) throws IOException {
        var found = ByteBuffer.allocate(length);
        image.read(found, at);
        for (var i = 0; i < length; i++) {
            if (found.get(i) != model[at + i]) {
                assertThat(found.get(i)).as(what).isZero();
                model[at + i] = 0;
            }
        }
    }

    private static void requireSame(VmdkImage image, byte[] model, String what) throws IOException {
        assertThat(image.capacity()).as(what).isEqualTo(model.length);
        var found = ByteBuffer.allocate(model.length);
        image.read(found, 0);
        assertThat(Arrays.mismatch(found.array(), model)).as(what).isEqualTo(-1);
    }

    private void requireClean(String what) throws IOException {
        var report = VmdkChecker.check(file("disk.vmdk"), (name, _, _) -> file(name), Repair.NONE);
        assertThat(report.clean()).as(what + report).isTrue();
    }
}
