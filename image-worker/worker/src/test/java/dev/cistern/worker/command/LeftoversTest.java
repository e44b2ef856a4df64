package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Leftover;
import dev.cistern.common.message.Leftover.Room;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is left in Cistern's own folder is told of, adopted or purged, and nothing else is. */
class LeftoversTest extends PoolBench {
    private List<Leftover> scanned() throws Exception {
        var result = bench.run(new Command.ScanPool(pool.place(), null));
        return ((Result.PoolScanned) Objects.requireNonNull(result)).leftovers();
    }

    private Path keptFile(UUID id, String content) throws Exception {
        return Files.writeString(pool.house("trash").resolve("kept-" + id), content);
    }

    private @Nullable Result adopt(String name, long inode, @Nullable String kept)
            throws Exception {
        return bench.run(new Command.AdoptFile(pool.place(), volume, 1, name, inode, kept));
    }

    @Test
    void aScanTellsOfThemTheOldestFirst() throws Exception {
        var operation = UUID.randomUUID();
        var staged = Files.createDirectory(pool.house("staging").resolve(operation + ".3"));
        Files.writeString(staged.resolve("image"), "half of it");
        Files.setLastModifiedTime(
                keptFile(volume, "all of it"), java.nio.file.attribute.FileTime.fromMillis(0));
        Files.writeString(pool.house("trash").resolve(operation + ".0"), "deleted");
        Files.writeString(pool.house("trash").resolve("notes"), "somebody's");

        var found = scanned();

        assertThat(found)
                .extracting(Leftover::room)
                .startsWith(Room.KEPT)
                .containsExactlyInAnyOrder(Room.KEPT, Room.STAGING, Room.TRASH);
        assertThat(found)
                .filteredOn(each -> each.room() == Room.STAGING)
                .singleElement()
                .satisfies(
                        each -> {
                            assertThat(each.owner()).isEqualTo(operation);
                            assertThat(each.size()).isEqualTo(10);
                            assertThat(each.path())
                                    .isEqualTo(".cistern/staging/" + operation + ".3");
                        });
    }

    @Test
    void whatIsPurgedIsGoneAndNothingElse() throws Exception {
        var staged = Files.createDirectory(pool.house("staging").resolve(UUID.randomUUID() + ".1"));
        Files.writeString(staged.resolve("image"), "half of it");
        keptFile(volume, "all of it");
        for (var each : scanned()) {
            var later =
                    new Command.PurgeLeftover(
                            pool.place(), each.room(), each.name(), each.inode() + 1);
            assertThat(bench.run(later)).isEqualTo(new Result.LeftoverPurged());
            assertThat(scanned()).contains(each);

            var purge =
                    new Command.PurgeLeftover(pool.place(), each.room(), each.name(), each.inode());
            assertThat(bench.run(purge)).isEqualTo(new Result.LeftoverPurged());
            assertThat(scanned()).doesNotContain(each);
            assertThat(bench.run(purge)).isEqualTo(new Result.LeftoverPurged());
        }
        assertThat(pool.staged()).isEmpty();
        assertThat(pool.trashed()).isEmpty();
    }

    @Test
    void nothingOutsideOfItsRoomIsPurged() throws Exception {
        Files.writeString(pool.file("disk"), "the user's");
        Files.writeString(pool.house("trash").resolve("notes"), "somebody's");
        for (var name : List.of("../../disk", "notes", "..", ".")) {
            var path = pool.house("trash").resolve(name);
            for (var room : Room.values()) {
                bench.run(
                        new Command.PurgeLeftover(pool.place(), room, name, TestPool.inode(path)));
            }
        }
        assertThat(pool.file("disk")).hasContent("the user's");
        assertThat(pool.house("trash").resolve("notes")).exists();
    }

    @Test
    void aFileThatTookTheVolumesPlaceBecomesTheVolumes() throws Exception {
        bench.run(pool.create(volume, "disk"));
        Files.move(pool.file("disk"), folder.resolve("elsewhere"));
        Qemu.img(pool.path(), "create", "-q", "-f", "qcow2", "disk", "3M");
        var adopt =
                new Command.AdoptFile(
                        pool.place(), volume, 2, "disk", TestPool.inode(pool.file("disk")), null);

        assertThat(bench.run(adopt))
                .isInstanceOfSatisfying(
                        Result.VolumeChanged.class,
                        changed -> {
                            assertThat(changed.file().format()).isEqualTo("qcow2");
                            assertThat(changed.file().capacity()).isEqualTo(3 << 20);
                        });
        assertThat(pool.volume(volume).format()).isEqualTo("qcow2");
        assertThat(pool.volume(volume).generation()).isEqualTo(2);
    }

    @Test
    void onlyTheFileThatWasSeenIsAdopted() throws Exception {
        Files.writeString(pool.file("disk"), "the user's");
        var kept = keptFile(UUID.randomUUID(), "put aside");
        var name = kept.getFileName().toString();
        var inode = TestPool.inode(kept);

        assertThat(code(adopt("disk", inode, null))).isEqualTo(ProblemCode.VOLUME_MISSING);
        assertThat(code(adopt("disk", inode, name))).isEqualTo(ProblemCode.FILE_EXISTS);
        assertThat(code(adopt("new", inode + 1, name))).isEqualTo(ProblemCode.VOLUME_MISSING);
        assertThat(code(adopt("new", inode, "../../disk"))).isEqualTo(ProblemCode.VOLUME_MISSING);
        assertThat(code(adopt("../new", inode, name))).isEqualTo(ProblemCode.INVALID_REQUEST);

        assertThat(pool.file("disk")).hasContent("the user's");
        assertThat(kept).hasContent("put aside");
    }
}
