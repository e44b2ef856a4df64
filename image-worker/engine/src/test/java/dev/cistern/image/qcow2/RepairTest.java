package dev.cistern.image.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.image.CheckReport;
import dev.cistern.image.CheckReport.Repair;
import dev.cistern.image.ImageException;
import dev.cistern.image.Oracle;
import dev.cistern.image.qcow2.format.ClusterGeometry;
import dev.cistern.image.qcow2.format.Header;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.FileStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is wrong with an image we find as QEMU does, and set right so that QEMU finds nothing. */
final class RepairTest {
    private static final int CAPACITY = 1 << 20;
    private static final int CLUSTER = 4096;

    @TempDir Path folder;
    private final byte[] content = new byte[CAPACITY];

    /** What is done to a sound image. */
    enum Damage {
        LEAKED_CLUSTERS {
            @Override
            void to(FileStorage file, Header header) throws IOException {
                file.truncate(2 * CAPACITY);
                var block = longAt(file, header.refcountTableOffset());
                file.writeFully(
                        ByteBuffer.allocate(4).putShort((short) 1).putShort((short) 3).flip(),
                        block + 600);
            }
        },
        COUNT_TOO_HIGH {
            @Override
            void to(FileStorage file, Header header) throws IOException {
                var block = longAt(file, header.refcountTableOffset());
                file.writeFully(ByteBuffer.allocate(2).putShort((short) 2).flip(), block + 20);
            }
        },
        COUNTS_TOO_LOW {
            @Override
            void to(FileStorage file, Header header) throws IOException {
                var block = longAt(file, header.refcountTableOffset());
                file.writeFully(ByteBuffer.allocate(40), block + 10);
            }
        },
        NO_BLOCK {
            @Override
            void to(FileStorage file, Header header) throws IOException {
                file.writeFully(ByteBuffer.allocate(8), header.refcountTableOffset());
            }
        },
        MARKS_MISSING {
            @Override
            void to(FileStorage file, Header header) throws IOException {
                var table = longAt(file, header.l1Offset()) & ~(1L << 63);
                file.writeFully(ByteBuffer.allocate(8).putLong(table).flip(), header.l1Offset());
                var entry = longAt(file, table) & ~(1L << 63);
                file.writeFully(ByteBuffer.allocate(8).putLong(entry).flip(), table);
            }
        },
        TWO_ENTRIES_FOR_ONE_CLUSTER {
            @Override
            void to(FileStorage file, Header header) throws IOException {
                var table = longAt(file, header.l1Offset()) & ~(1L << 63);
                file.writeFully(
                        ByteBuffer.allocate(8).putLong(longAt(file, table)).flip(), table + 8);
            }
        },
        MARKED_DIRTY {
            @Override
            void to(FileStorage file, Header header) throws IOException {
                COUNTS_TOO_LOW.to(file, header);
                file.writeFully(
                        ByteBuffer.allocate(8).putLong(Header.INCOMPATIBLE_DIRTY).flip(),
                        Header.INCOMPATIBLE_AT);
            }
        },
        MARKED_CORRUPT {
            @Override
            void to(FileStorage file, Header header) throws IOException {
                file.writeFully(
                        ByteBuffer.allocate(8).putLong(Header.INCOMPATIBLE_CORRUPT).flip(),
                        Header.INCOMPATIBLE_AT);
            }
        };

        abstract void to(FileStorage file, Header header) throws IOException;

        private static long longAt(FileStorage file, long host) throws IOException {
            var bytes = ByteBuffer.allocate(Long.BYTES);
            file.readFully(bytes, host);
            return bytes.getLong(0);
        }
    }

    @BeforeEach
    void make() throws IOException {
        new Random(5).nextBytes(content);
        try (var directory = Directory.open(folder);
                var file = directory.createFile("image", 0600)) {
            Qcow2Creator.create(CAPACITY, Qcow2Options.DEFAULT.withClusterSize(CLUSTER), file);
        }
        try (var image = open()) {
            image.write(ByteBuffer.wrap(content, 0, CAPACITY / 2), 0);
        }
    }

    private Qcow2Image open() throws IOException {
        try (var directory = Directory.open(folder)) {
            return Qcow2Image.open(
                    directory.openFile("image", Access.READ_WRITE),
                    true,
                    (_, _, image) -> {
                        throw new ImageException.Forbidden(image);
                    });
        }
    }

    private void damage(Damage damage) throws IOException {
        try (var directory = Directory.open(folder);
                var file = directory.openFile("image", Access.READ_WRITE)) {
            damage.to(file, ImageHeader.read(file).header());
        }
    }

    private CheckReport check(Repair repair) throws IOException {
        try (var directory = Directory.open(folder);
                var file = directory.openFile("image", Access.READ_WRITE)) {
            return Qcow2Checker.check(file, repair);
        }
    }

    private Oracle.Run qemuCheck() throws Exception {
        return Oracle.qemuImg(
                "check", "--output=json", "-f", "qcow2", folder.resolve("image").toString());
    }

    private static long number(Oracle.Run run, String key) {
        var matcher = Pattern.compile("\"" + key + "\": (\\d+)").matcher(run.output());
        return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    }

    @ParameterizedTest
    @EnumSource
    void whatIsWrongIsFoundAsQemuFindsItAndSetRight(Damage damage) throws Exception {
        damage(damage);

        var found = check(Repair.NONE);
        var qemu = qemuCheck();
        var repaired = check(Repair.ALL);
        var afterwards = qemuCheck();

        assertThat(found.corruptions() > 0)
                .as(found + qemu.output())
                .isEqualTo(number(qemu, "corruptions") > 0);
        assertThat(found.leaks()).as(qemu.output()).isEqualTo(number(qemu, "leaks"));
        assertThat(repaired.clean()).as(repaired.toString()).isTrue();
        assertThat(repaired.corruptionsFixed()).isEqualTo(found.corruptions());
        assertThat(afterwards.status()).as(afterwards.output()).isZero();
        try (var image = open()) {
            var bytes = ByteBuffer.allocate(CAPACITY / 2 - 2 * CLUSTER);
            image.read(bytes, 2 * CLUSTER);
            assertThat(bytes.flip())
                    .isEqualTo(ByteBuffer.wrap(content, 2 * CLUSTER, bytes.limit()));
            image.write(ByteBuffer.wrap(new byte[] {1}), CAPACITY - 1);
        }
        assertThat(check(Repair.NONE).clean()).isTrue();
    }

    @Test
    void leaksAloneAreRepairedWithoutTheRest() throws Exception {
        damage(Damage.LEAKED_CLUSTERS);

        var repaired = check(Repair.LEAKS);

        assertThat(repaired.leaksFixed()).isEqualTo(2);
        assertThat(qemuCheck().status()).isZero();
    }

    @Test
    void anImageThatIsMarkedCorruptIsNotWrittenTo() throws Exception {
        damage(Damage.MARKED_CORRUPT);

        assertThatThrownBy(this::open)
                .isInstanceOf(ImageException.Corrupt.class)
                .hasMessageContaining("repair");
    }

    @Test
    void anImageThatWasNotClosedInOrderIsRepairedBeforeItIsWrittenTo() throws Exception {
        damage(Damage.MARKED_DIRTY);

        open().close();

        assertThat(qemuCheck().status()).isZero();
        assertThat(Oracle.info(folder.resolve("image")).output())
                .doesNotContain("dirty-flag\": true");
    }

    @Test
    void theGeometryOfADamagedImageIsStillTheSame() throws Exception {
        damage(Damage.NO_BLOCK);

        assertThat(check(Repair.NONE).totalClusters())
                .isEqualTo(new ClusterGeometry(12, 4, false, true).clusters(CAPACITY));
    }
}
