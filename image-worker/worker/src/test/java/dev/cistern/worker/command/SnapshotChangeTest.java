package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.ImageRef;
import dev.cistern.common.message.Result;
import dev.cistern.common.message.SnapshotFacts;
import dev.cistern.common.message.SnapshotRef;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.worker.Eventually;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SnapshotChangeTest extends PoolBench {
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00.123456Z");

    private ImageRef disk;
    private long generation = 1;

    @BeforeEach
    void start() throws Exception {
        bench.run(pool.create(volume, "disk", "qcow2"));
        disk = pool.image("disk", "qcow2");
    }

    private static SnapshotRef named(String name, Instant taken) {
        return new SnapshotRef(UUID.randomUUID(), name, taken, null);
    }

    private Command.CreateSnapshot create(SnapshotRef snapshot) {
        return new Command.CreateSnapshot(pool.place(), volume, ++generation, disk, snapshot);
    }

    private Command.DeleteSnapshot delete(SnapshotRef snapshot) {
        return new Command.DeleteSnapshot(pool.place(), volume, ++generation, disk, snapshot);
    }

    private Command.RevertToSnapshot revert(SnapshotRef snapshot) {
        return new Command.RevertToSnapshot(pool.place(), volume, ++generation, disk, snapshot);
    }

    private static FileFacts facts(@Nullable Result result) {
        assertThat(result).isInstanceOf(Result.VolumeChanged.class);
        return ((Result.VolumeChanged) Objects.requireNonNull(result)).file();
    }

    private void write(int pattern) throws Exception {
        Qemu.io(pool.path(), "qcow2", "disk", "write -P %d 0 64k".formatted(pattern));
    }

    private void requireRead(int pattern) throws Exception {
        Qemu.io(pool.path(), "qcow2", "disk", "read -P %d 0 64k".formatted(pattern));
    }

    @Test
    void takesOneThatQemuKnowsAndTellsOfIt() throws Exception {
        var taken = facts(bench.run(create(named("noon", NOON))));

        assertThat(taken.snapshots())
                .containsExactly(new SnapshotFacts("1", "noon", NOON, 1 << 20, 0));
        assertThat(Qemu.snapshots(pool.file("disk"))).containsExactly("noon");
    }

    @Test
    void takesOneOnceWhateverTheJournalKnows() throws Exception {
        var create = create(named("noon", NOON));
        dieAt(Command.CreateSnapshot.class, "change");
        assertThat(bench.run(operation, 1, create)).isNull();

        assertThat(facts(bench.run(operation, 2, create)).snapshots()).hasSize(1);
        assertThat(Qemu.snapshots(pool.file("disk"))).containsExactly("noon");
    }

    @Test
    void revertsToAndDeletesTheOneThatIsMeantOfSeveralWithAName() throws Exception {
        var first = named("same", NOON);
        var second = named("same", NOON.plusSeconds(1));
        write(1);
        bench.run(create(first));
        write(2);
        bench.run(create(second));
        write(3);

        facts(bench.run(revert(first)));
        requireRead(1);
        facts(bench.run(delete(first)));
        requireRead(1);
        facts(bench.run(revert(second)));
        requireRead(2);

        assertThat(Qemu.snapshots(pool.file("disk"))).containsExactly("same");
        Qemu.img(pool.path(), "check", "-q", "-f", "qcow2", "disk");
    }

    @Test
    void comesBackToTheCapacityOfThen() throws Exception {
        var before = named("before", NOON);
        bench.run(create(before));
        Qemu.img(pool.path(), "resize", "-q", "-f", "qcow2", "disk", "3M");

        assertThat(facts(bench.run(revert(before))).capacity()).isEqualTo(1 << 20);
        assertThat(Qemu.capacity(pool.file("disk"))).isEqualTo(1 << 20);
    }

    @Test
    void aRevertThatWasDoneIsNotDoneAgainAndStandsWhenItIsSettled() throws Exception {
        var before = named("before", NOON);
        bench.run(create(before));
        write(7);
        var revert = revert(before);
        dieAt(Command.RevertToSnapshot.class, "change");
        assertThat(bench.run(operation, 1, revert)).isNull();

        assertThat(bench.run(pool.settle(operation, revert)))
                .isInstanceOfSatisfying(
                        Result.Settled.class,
                        settled ->
                                assertThat(settled.outcome())
                                        .isInstanceOf(Result.VolumeChanged.class));
        requireRead(0);
    }

    @Test
    void deletingOneThatIsGoneHasSucceeded() throws Exception {
        assertThat(facts(bench.run(delete(named("never", NOON)))).snapshots()).isEmpty();
    }

    @Test
    void revertingToOneThatIsGoneChangesNothing() throws Exception {
        write(7);

        assertThat(code(bench.run(revert(named("never", NOON)))))
                .isEqualTo(ProblemCode.SNAPSHOT_NOT_FOUND);
        requireRead(7);
    }

    @Test
    void touchesNothingThatAVirtualMachineHasOpen() throws Exception {
        var before = named("before", NOON);
        bench.run(create(before));
        try (var _ = Qemu.holding(pool.file("disk"), "qcow2")) {
            assertThat(code(bench.run(revert(before)))).isEqualTo(ProblemCode.VOLUME_IN_USE);
            assertThat(code(bench.run(create(named("more", NOON)))))
                    .isEqualTo(ProblemCode.VOLUME_IN_USE);
        }
        assertThat(Qemu.snapshots(pool.file("disk"))).containsExactly("before");
    }

    @Test
    void takesNoneWhenCancelledInTime() throws Exception {
        at(Command.CreateSnapshot.class, "intent", () -> bench.hand.cancel(operation));

        assertThat(code(bench.run(operation, 1, create(named("noon", NOON)))))
                .isEqualTo(ProblemCode.CANCELLED);
        assertThat(Qemu.snapshots(pool.file("disk"))).isEmpty();
    }

    @Test
    void refusesImagesThatHaveNoRoomForOne() throws Exception {
        bench.run(pool.create(UUID.randomUUID(), "raw", "raw"));
        var raw =
                new Command.CreateSnapshot(
                        pool.place(),
                        UUID.randomUUID(),
                        2,
                        pool.image("raw", "raw"),
                        named("x", NOON));

        assertThat(code(bench.run(raw))).isEqualTo(ProblemCode.UNSUPPORTED);
    }

    @Test
    void aScanTellsOfThem() throws Exception {
        Qemu.img(pool.path(), "snapshot", "-c", "theirs", "disk");

        bench.submit(operation, 1, new Command.ScanPool(pool.place(), null));
        Eventually.that("scanned", () -> !bench.hand.runs(operation));

        assertThat(bench.results)
                .anySatisfy(
                        message ->
                                assertThat(message.result())
                                        .isInstanceOfSatisfying(
                                                Result.PoolScanPage.class,
                                                page ->
                                                        assertThat(
                                                                        page.files()
                                                                                .getFirst()
                                                                                .snapshots())
                                                                .extracting(SnapshotFacts::name)
                                                                .containsExactly("theirs")));
    }
}
