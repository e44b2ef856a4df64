package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.ImageRef;
import dev.cistern.common.message.Result;
import dev.cistern.common.message.SnapshotRef;
import dev.cistern.common.problem.ProblemCode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One change of an image in a pool whose file system has only so much room left. */
final class FullDiskTrial {
    private static final SnapshotRef BEFORE =
            new SnapshotRef(
                    UUID.randomUUID(), "before", Instant.parse("2026-11-23T21:00:00Z"), null);

    private final UUID volume = UUID.randomUUID();
    private final UUID base = UUID.randomUUID();
    private final UUID operation = UUID.randomUUID();
    private final Verb verb;
    private final Workbench bench;
    private final TestPool pool;
    private final Path noted;

    /** What is done to the image. */
    enum Verb {
        GROW,
        ALLOCATE,
        TAKE_SNAPSHOT,
        DELETE_SNAPSHOT,
        REVERT,
        CONVERT,
        COMMIT,
        FLATTEN;

        private boolean isOfRaw() {
            return this == ALLOCATE || this == CONVERT;
        }

        /** Before it; a conversion is the other way round. */
        private String format() {
            return isOfRaw() ? "raw" : "qcow2";
        }

        private String formatAfter() {
            return this == CONVERT ? "qcow2" : format();
        }

        private boolean isOfChain() {
            return this == COMMIT || this == FLATTEN;
        }

        private boolean hasSnapshot() {
            return this == DELETE_SNAPSHOT || this == REVERT;
        }
    }

    /** How it ended. */
    enum End {
        /** With word of the full file system, and everything as before. */
        REFUSED,
        /** Without a word: the next attempt finds out what there is. */
        DROPPED,
        DONE
    }

    /**
     * A trial.
     *
     * @param folder of the pool, which is empty
     * @param notes where there is room for what the image has been
     */
    FullDiskTrial(Verb verb, Workbench bench, Path folder, Path notes) throws Exception {
        this.verb = verb;
        this.bench = bench;
        this.pool = TestPool.started(folder, bench);
        this.noted = notes;
        make();
    }

    private void make() throws Exception {
        if (verb.isOfChain()) {
            bench.run(pool.create(base, "base", "qcow2"));
            write("base", "write -P 1 0 128k");
            Qemu.img(
                    pool.path(),
                    "create",
                    "-q",
                    "-f",
                    "qcow2",
                    "-F",
                    "qcow2",
                    "-b",
                    "base",
                    "disk");
        } else {
            bench.run(pool.create(volume, "disk", verb.format()));
        }
        write("disk", "write -P 2 64k 192k");
        note("older");
        if (verb.hasSnapshot()) {
            bench.run(new Command.CreateSnapshot(pool.place(), volume, 2, disk(), BEFORE));
            write("disk", "write -P 3 128k 192k");
        }
        note("newer");
    }

    private void write(String file, String command) throws Exception {
        Qemu.io(pool.path(), verb.format(), file, command);
    }

    private void note(String name) throws Exception {
        Qemu.img(
                pool.path(),
                "convert",
                "-f",
                verb.format(),
                "-O",
                "raw",
                "disk",
                noted.resolve(name).toString());
    }

    private ImageRef disk() throws Exception {
        return pool.image("disk", verb.format());
    }

    private Command command(ImageRef disk) throws Exception {
        var place = pool.place();
        return switch (verb) {
            case GROW -> new Command.ResizeVolume(place, volume, 3, disk, 8L << 40, false, false);
            case ALLOCATE -> new Command.ResizeVolume(place, volume, 3, disk, 2 << 20, false, true);
            case TAKE_SNAPSHOT -> new Command.CreateSnapshot(place, volume, 3, disk, BEFORE);
            case DELETE_SNAPSHOT -> new Command.DeleteSnapshot(place, volume, 3, disk, BEFORE);
            case REVERT -> new Command.RevertToSnapshot(place, volume, 3, disk, BEFORE);
            case CONVERT ->
                    new Command.ConvertVolume(place, volume, 3, disk, "qcow2", ImageOptions.USUAL);
            case COMMIT ->
                    new Command.CommitVolume(
                            place, volume, 3, disk, base, pool.image("base", "qcow2"));
            case FLATTEN -> new Command.FlattenVolume(place, volume, 3, disk);
        };
    }

    /** Does it in so little room, and then in enough, which must come to the same in the end. */
    End run(Filler filler, int freePages) throws Exception {
        var files = pool.files();
        var command = command(disk());
        filler.leave(freePages);
        var first = bench.run(operation, 1, command);
        var end = end(first);
        if (end == End.REFUSED) {
            assertThat(pool.files()).isEqualTo(files);
            assertThat(pool.staged()).isEmpty();
            assertThat(pool.trashed()).isEmpty();
            requireContent("newer", verb.format());
            requireSnapshot(verb.hasSnapshot());
        }
        filler.leaveAll();
        if (end != End.DONE) {
            var again = end == End.DROPPED ? operation : UUID.randomUUID();
            assertThat(bench.run(again, 2, command)).isInstanceOf(Result.OfFile.class);
        }
        requireDone();
        return end;
    }

    private static End end(@Nullable Result result) {
        if (result == null) {
            return End.DROPPED;
        }
        if (result instanceof Result.CommandFailed(var problem)) {
            assertThat(problem.code()).as(problem.detail()).isEqualTo(ProblemCode.STORAGE_FULL);
            assertThat(problem.detail()).contains("free space on it");
            return End.REFUSED;
        }
        return End.DONE;
    }

    private void requireDone() throws Exception {
        assertThat(pool.staged()).isEmpty();
        assertThat(pool.trashed()).isEmpty();
        requireContent(verb == Verb.REVERT ? "older" : "newer", verb.formatAfter());
        requireSnapshot(verb == Verb.TAKE_SNAPSHOT || verb == Verb.REVERT);
        if (verb == Verb.COMMIT) {
            Qemu.img(pool.path(), "compare", "-q", "-F", "raw", "base", noted("newer"));
        }
    }

    private void requireSnapshot(boolean there) throws Exception {
        if (!verb.isOfRaw()) {
            assertThat(Qemu.snapshots(pool.file("disk")))
                    .isEqualTo(there ? List.of("before") : List.of());
        }
    }

    /** Growth adds zeroes, which compare as equal to what is not there. */
    private void requireContent(String as, String format) throws Exception {
        Qemu.img(pool.path(), "compare", "-q", "-f", format, "-F", "raw", "disk", noted(as));
        if (format.equals("qcow2")) {
            requireSound();
        }
    }

    private String noted(String name) {
        return noted.resolve(name).toString();
    }

    /** Clusters may be lost; nothing else may be amiss. */
    private void requireSound() throws Exception {
        var check =
                new ProcessBuilder("qemu-img", "check", "-q", "-f", "qcow2", "disk")
                        .directory(pool.path().toFile())
                        .redirectErrorStream(true)
                        .start();
        var output = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(check.waitFor()).as(output).isIn(0, 3);
    }

    /** A file that takes the room of the file system. */
    record Filler(Path file) {
        private static final int PAGE = 4096;

        void leave(int pages) throws Exception {
            var free =
                    Files.getFileStore(Objects.requireNonNull(file.getParent())).getUsableSpace();
            Files.write(file, new byte[(int) (free - (long) pages * PAGE)]);
        }

        void leaveAll() throws Exception {
            Files.delete(file);
        }
    }
}
