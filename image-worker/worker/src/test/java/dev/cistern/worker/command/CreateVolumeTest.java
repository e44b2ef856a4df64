package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CreateVolumeTest extends PoolBench {
    @Test
    void publishesTheImageWithOwnerModeAndRecord() throws Exception {
        var result = bench.run(operation, 1, pool.create(volume, "disk"));

        assertThat(pool.files()).containsExactly("disk");
        assertThat(Files.size(pool.file("disk"))).isEqualTo(1 << 20);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(pool.file("disk"))))
                .isEqualTo("rw-r-----");
        assertThat(result)
                .isInstanceOfSatisfying(
                        Result.VolumeCreated.class,
                        created -> {
                            assertThat(created.volumeId()).isEqualTo(volume);
                            assertThat(created.file().name()).isEqualTo("disk");
                            assertThat(created.file().capacity()).isEqualTo(1 << 20);
                            assertThat(created.file().permissions().mode()).isEqualTo(0640);
                            assertThat(created.file().problem()).isNull();
                        });
        assertThat(pool.volume(volume).inode()).isEqualTo(TestPool.inode(pool.file("disk")));
        assertThat(pool.volume(volume).deleted()).isFalse();
        assertThat(pool.staged()).isEmpty();
    }

    @Test
    void handlesTheSameCommandTwice() throws Exception {
        var first = bench.run(operation, 1, pool.create(volume, "disk"));
        var inode = TestPool.inode(pool.file("disk"));

        var second = bench.run(operation, 2, pool.create(volume, "disk"));

        assertThat(second).isEqualTo(first);
        assertThat(pool.files()).containsExactly("disk");
        assertThat(TestPool.inode(pool.file("disk"))).isEqualTo(inode);
    }

    /** Of the outcome any part may have come to the disk. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 50, 100_000})
    void findsOutAgainWhatThePowerCutTookFromTheJournal(int lost) throws Exception {
        var first = bench.run(operation, 1, pool.create(volume, "disk"));
        var inode = TestPool.inode(pool.file("disk"));
        var journal = pool.house("journal").resolve(operation.toString());
        var kept = Files.readString(journal);
        var outcome = kept.lastIndexOf('\n', kept.length() - 2);
        Files.writeString(journal, kept.substring(0, Math.max(outcome, kept.length() - lost)));

        var second = bench.run(operation, 2, pool.create(volume, "disk"));
        var third = bench.run(operation, 2, pool.create(volume, "disk"));

        assertThat(second).isEqualTo(first);
        assertThat(third).isEqualTo(first);
        assertThat(pool.files()).containsExactly("disk");
        assertThat(TestPool.inode(pool.file("disk"))).isEqualTo(inode);
    }

    @Test
    void neverTouchesAFileThatIsThereAlready() throws Exception {
        Files.writeString(pool.file("disk"), "the user's");

        var result = bench.run(operation, 1, pool.create(volume, "disk"));

        assertThat(code(result)).isEqualTo(ProblemCode.FILE_EXISTS);
        assertThat(pool.file("disk")).hasContent("the user's");
        assertThat(pool.staged()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"stage", "intent"})
    void neverTouchesAFileThatComesInTheLastMoment(String moment) throws Exception {
        at(moment, () -> Files.writeString(pool.file("disk"), "the user's"));

        var result = bench.run(operation, 1, pool.create(volume, "disk"));

        assertThat(code(result)).isEqualTo(ProblemCode.FILE_EXISTS);
        assertThat(pool.file("disk")).hasContent("the user's");
        assertThat(pool.staged()).isEmpty();
        assertThat(bench.run(operation, 2, pool.create(volume, "disk"))).isEqualTo(result);
    }

    @Test
    void refusesAStaleGeneration() throws Exception {
        bench.run(pool.create(volume, "disk"));
        bench.run(pool.delete(volume, "disk", TestPool.inode(pool.file("disk"))));

        var result = bench.run(pool.create(volume, "disk"));

        assertThat(code(result)).isEqualTo(ProblemCode.STALE);
        assertThat(pool.files()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", ".hidden", "new\nline"})
    void refusesNamesThatCouldLeaveTheFolderOrHide(String name) throws Exception {
        assertThat(code(bench.run(pool.create(volume, name))))
                .isEqualTo(ProblemCode.INVALID_REQUEST);
        assertThat(pool.files()).isEmpty();
    }

    @Test
    void refusesNamesThatAreTooLong() throws Exception {
        assertThat(code(bench.run(pool.create(volume, "ä".repeat(128)))))
                .isEqualTo(ProblemCode.INVALID_REQUEST);
        assertThat(bench.run(pool.create(volume, "ä".repeat(127))))
                .isInstanceOf(Result.VolumeCreated.class);
    }

    @Test
    void undoesWhatWasCancelledAndReportsItSo() throws Exception {
        at("stage", () -> bench.hand.cancel(operation));

        var result = bench.run(operation, 1, pool.create(volume, "disk"));

        assertThat(code(result)).isEqualTo(ProblemCode.CANCELLED);
        assertThat(pool.files()).isEmpty();
        assertThat(pool.staged()).isEmpty();
    }

    @Test
    void isCancelledByWordThatCameBeforeIt() throws Exception {
        bench.hand.cancel(operation);

        assertThat(code(bench.run(operation, 1, pool.create(volume, "disk"))))
                .isEqualTo(ProblemCode.CANCELLED);
        assertThat(pool.files()).isEmpty();
    }

    @Test
    void dropsADuplicateWhileTheVolumeIsLocked() throws Exception {
        var reached = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        at(
                "stage",
                () -> {
                    reached.countDown();
                    goOn.await();
                });
        bench.submit(operation, 1, pool.create(volume, "disk"));
        reached.await();

        try (var other = new Workbench()) {
            assertThat(other.run(operation, 2, pool.create(volume, "disk"))).isNull();
        }

        goOn.countDown();
        assertThat(bench.run(operation, 1, pool.create(volume, "disk")))
                .isInstanceOf(Result.VolumeCreated.class);
        assertThat(pool.files()).containsExactly("disk");
    }

    @ParameterizedTest
    @ValueSource(strings = {"stage", "intent"})
    void takesOverFromAnAttemptThatAwakesLater(String moment) throws Exception {
        try (var other = new Workbench()) {
            at(
                    moment,
                    () -> {
                        loseLock();
                        assertThat(other.run(operation, 2, pool.create(volume, "disk")))
                                .isInstanceOf(Result.VolumeCreated.class);
                    });

            var zombie = bench.run(operation, 1, pool.create(volume, "disk"));

            assertThat(zombie).isNull();
            assertThat(pool.files()).containsExactly("disk");
            assertThat(pool.volume(volume).inode()).isEqualTo(TestPool.inode(pool.file("disk")));
            assertThat(pool.staged()).isEmpty();
        }
    }

    @Test
    void finishesWhatAnEarlierAttemptHasPublished() throws Exception {
        dieAt(Command.CreateVolume.class, "publish");
        assertThat(bench.run(operation, 1, pool.create(volume, "disk"))).isNull();
        var inode = TestPool.inode(pool.file("disk"));

        var result = bench.run(operation, 2, pool.create(volume, "disk"));

        assertThat(result).isInstanceOf(Result.VolumeCreated.class);
        assertThat(TestPool.inode(pool.file("disk"))).isEqualTo(inode);
        assertThat(pool.volume(volume).inode()).isEqualTo(inode);
    }

    @Test
    void writesNothingOnceTheLeaseHasRunOut() throws Exception {
        var clock = System.nanoTime();
        at("stage", () -> bench.lease.renewed(clock + java.time.Duration.ofHours(2).toNanos()));

        assertThat(bench.run(operation, 1, pool.create(volume, "disk"))).isNull();
        assertThat(pool.files()).isEmpty();
    }

    @Test
    void publishesNothingWhenTheMountVanishesUnderWay() throws Exception {
        var moved = folder.resolve("moved");
        at("stage", () -> Files.move(pool.path(), moved));

        var result = bench.run(operation, 1, pool.create(volume, "disk"));

        assertThat(code(result)).isEqualTo(ProblemCode.POOL_INACCESSIBLE);
        assertThat(moved.resolve("disk")).doesNotExist();
        Files.move(moved, pool.path());
        assertThat(bench.run(operation, 2, pool.create(volume, "disk")))
                .isInstanceOf(Result.VolumeCreated.class);
        assertThat(pool.files()).containsExactly("disk");
    }

    @Test
    void writesNothingWithoutTheMarker() throws Exception {
        Files.delete(pool.house("pool"));

        assertThat(code(bench.run(pool.create(volume, "disk"))))
                .isEqualTo(ProblemCode.POOL_INACCESSIBLE);
        assertThat(pool.files()).isEmpty();
        assertThat(pool.house("locks").resolve(volume.toString())).doesNotExist();
    }

    @Test
    void writesNothingIntoAnotherPoolsFolder() throws Exception {
        var other = TestPool.in(pool.path());

        assertThat(code(bench.run(other.create(volume, "disk"))))
                .isEqualTo(ProblemCode.POOL_FOREIGN);
        assertThat(pool.files()).isEmpty();
    }

    @Test
    void leavesNothingWhenTheFormatIsUnknown() throws Exception {
        var command =
                new Command.CreateVolume(
                        pool.place(),
                        volume,
                        1,
                        "disk",
                        "floppy",
                        1 << 20,
                        TestPool.MODE,
                        ImageOptions.USUAL);

        assertThat(code(bench.run(command))).isEqualTo(ProblemCode.UNSUPPORTED);
        assertThat(pool.files()).isEmpty();
        assertThat(pool.staged()).isEmpty();
    }

    private void loseLock() throws Exception {
        Files.delete(pool.house("locks").resolve(volume.toString()));
    }
}
