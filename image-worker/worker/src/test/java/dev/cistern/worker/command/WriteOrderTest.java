package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.Json;
import dev.cistern.common.message.Owner;
import dev.cistern.worker.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the kernel sees of a create, by strace. */
class WriteOrderTest {
    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"raw", "qcow2"})
    void syncsTheFileThenPublishesThenSyncsTheFolder(String format) throws Exception {
        Qemu.require("strace");
        TestPool pool;
        try (var bench = new Workbench()) {
            pool = TestPool.started(folder.resolve("pool"), bench);
        }
        var command =
                new Command.CreateVolume(
                        pool.place(),
                        UUID.randomUUID(),
                        1,
                        "disk",
                        format,
                        1 << 20,
                        TestPool.MODE,
                        ImageOptions.USUAL);

        var calls = trace(command, "VolumeCreated");

        var lastWrite =
                last(calls, "pwrite64\\(\\d+<.*/staging/.*/image>|ftruncate\\(\\d+<.*/image>");
        var fileSync = first(calls, "f(data)?sync\\(\\d+<.*/staging/.*/image>");
        var intent = first(calls, "rename.*journal");
        var publish = first(calls, "renameat2\\(.*\"image\".*\"disk\", RENAME_NOREPLACE");
        var folderSync = last(calls, "fsync\\(\\d+<" + Pattern.quote(pool.place().path()) + ">\\)");
        var record = first(calls, "rename.*volumes");
        requireOrder(calls, lastWrite, fileSync, intent, publish, folderSync, record);
        assertThat(pool.files()).containsExactly("disk");
    }

    @Test
    void theSecondNameIsOnDiskBeforeTheFirstIsAnothers() throws Exception {
        Qemu.require("strace");
        TestPool pool;
        var volume = UUID.randomUUID();
        try (var bench = new Workbench()) {
            pool = TestPool.started(folder.resolve("pool"), bench);
            SealedScenes.disk(pool, volume, bench);
        }
        var command =
                SealedScenes.seal(pool, volume, pool.image("disk", "qcow2"), SealedScenes.BEFORE);

        var calls = trace(command, "VolumeChanged");

        var poolSync = "fsync\\(\\d+<" + Pattern.quote(pool.place().path()) + ">\\)";
        var fileSync = first(calls, "f(data)?sync\\(\\d+<.*/staging/.*/image>");
        var intent = first(calls, "rename.*journal");
        var secondName = first(calls, "linkat\\(.*\"disk\".*\"\\.sealed\\.");
        var secondSync = first(calls, poolSync);
        var place = first(calls, "rename.*\"image\".*\"disk\"");
        var placeSync = last(calls, poolSync);
        var record = first(calls, "rename.*volumes");
        requireOrder(calls, fileSync, intent, secondName, secondSync, place, placeSync, record);
        assertThat(secondSync).isNotEqualTo(placeSync);
    }

    @Test
    void aCopyOfSeveralFilesIsThereWithTheLastOfThem() throws Exception {
        Qemu.require("strace");
        var volume = UUID.randomUUID();
        var pool = severalFiles(volume, false);
        var command = CopyScenes.keep(pool, volume, pool.image("disk.vmdk", "vmdk"));

        var calls = trace(command, "VolumeChanged");

        var copy = CopyScenes.BEFORE.id().toString();
        var room = "fsync\\(\\d+<.*/snapshots/" + volume + ">\\)";
        var extentSync = last(calls, "f(data)?sync\\(\\d+<.*/staging/.*/extent-\\d+>");
        var imageSync = first(calls, "f(data)?sync\\(\\d+<.*/staging/.*/image>");
        var intent = first(calls, "rename.*journal");
        var extents = last(calls, "rename.*\"extent-\\d+\".*\"" + copy + "-s\\d+\"");
        var extentsSync = first(calls, room);
        var image = first(calls, "rename.*\"image\".*\"" + copy + "\"");
        var placeSync = last(calls, room);
        var record = first(calls, "rename.*volumes");
        requireOrder(
                calls,
                extentSync,
                imageSync,
                intent,
                extents,
                extentsSync,
                image,
                placeSync,
                record);
        assertThat(extentsSync).isNotEqualTo(placeSync);
    }

    @Test
    void oldExtentsGoWhenNothingNamesThemAnyMore() throws Exception {
        Qemu.require("strace");
        var volume = UUID.randomUUID();
        var pool = severalFiles(volume, true);
        var command = CopyScenes.back(pool, volume, pool.image("disk.vmdk", "vmdk"));

        var calls = trace(command, "VolumeChanged");

        var poolSync = "fsync\\(\\d+<" + Pattern.quote(pool.place().path()) + ">\\)";
        var imageSync = first(calls, "f(data)?sync\\(\\d+<.*/staging/.*/image>");
        var intent = first(calls, "rename.*journal");
        var extents = last(calls, "rename.*\"extent-\\d+\".*\"disk-s\\d+\\.vmdk\"");
        var extentsSync = first(calls, poolSync);
        var image = first(calls, "rename.*\"image\".*\"disk.vmdk\"");
        var aside = first(calls, "rename.*\"disk-s\\d+\\.vmdk\".*/trash>");
        requireOrder(calls, imageSync, intent, extents, extentsSync, image, aside);
        assertThat(first(calls.subList(image, aside), poolSync)).isPositive();
    }

    private TestPool severalFiles(UUID volume, boolean kept) throws Exception {
        try (var bench = new Workbench()) {
            var pool = TestPool.started(folder.resolve("pool"), bench);
            bench.run(
                    new Command.CreateVolume(
                            pool.place(),
                            volume,
                            1,
                            "disk.vmdk",
                            "vmdk",
                            3L << 30,
                            TestPool.MODE,
                            ImageOptions.vmdk("twoGbMaxExtentSparse", null, null)));
            if (kept) {
                bench.run(CopyScenes.keep(pool, volume, pool.image("disk.vmdk", "vmdk")));
            }
            return pool;
        }
    }

    private static void requireOrder(List<String> calls, Integer... places) {
        assertThat(List.of(places)).as(String.join("\n", calls)).doesNotContain(-1).isSorted();
    }

    private List<String> trace(Command command, String result) throws Exception {
        var message = new CommandMessage(UUID.randomUUID(), 1, Owner.VOLUME, null, command);
        var file = Files.write(folder.resolve("command.json"), Json.bytes(message));
        var trace = folder.resolve("trace");
        var line =
                new ArrayList<>(
                        List.of(
                                "strace",
                                "-f",
                                "-y",
                                "-o",
                                trace.toString(),
                                "-e",
                                "trace=fsync,fdatasync,rename,renameat,renameat2,linkat,pwrite64,ftruncate"));
        line.addAll(ChildJvm.command(List.of(), CommandMain.class, file.toString()));
        var output = folder.resolve("output");
        var process = ChildJvm.start(line, output.toFile());
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(output).content().contains(result);
        return Files.readAllLines(trace).stream()
                .filter(call -> call.contains(folder.toString()))
                .toList();
    }

    private static int first(List<String> calls, String pattern) {
        var call = Pattern.compile(pattern).asPredicate();
        for (var at = 0; at < calls.size(); at++) {
            if (call.test(calls.get(at))) {
                return at;
            }
        }
        return -1;
    }

    private static int last(List<String> calls, String pattern) {
        var reversed = first(calls.reversed(), pattern);
        return reversed < 0 ? -1 : calls.size() - 1 - reversed;
    }
}
