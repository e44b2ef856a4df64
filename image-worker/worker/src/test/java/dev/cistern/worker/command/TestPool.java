package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.ImageRef;
import dev.cistern.common.message.Json;
import dev.cistern.common.message.Permissions;
import dev.cistern.common.message.PoolPlace;
import dev.cistern.common.message.Result;
import dev.cistern.worker.folder.JournalEntry;
import dev.cistern.worker.folder.VolumeRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A pool in a folder of the test, and commands on it. */
record TestPool(PoolPlace place) {
    static final Permissions MODE = new Permissions(-1, -1, 0640);

    /** A pool whose folder is there, not started. */
    static TestPool in(Path folder) throws IOException {
        Files.createDirectories(folder);
        return new TestPool(
                new PoolPlace(UUID.randomUUID(), UUID.randomUUID(), 1, folder.toString()));
    }

    static TestPool started(Path folder, Workbench bench) throws Exception {
        var pool = in(folder);
        assertThat(bench.run(new Command.StartPool(pool.place(), false)))
                .isInstanceOf(Result.PoolStarted.class);
        return pool;
    }

    Path path() {
        return Path.of(place.path());
    }

    Path file(String name) {
        return path().resolve(name);
    }

    Path house(String name) {
        return path().resolve(".cistern").resolve(name);
    }

    Command.CreateVolume create(UUID volume, String name) {
        return create(volume, name, "raw");
    }

    Command.CreateVolume create(UUID volume, String name, String format) {
        return new Command.CreateVolume(
                place, volume, 1, name, format, 1 << 20, MODE, ImageOptions.USUAL);
    }

    /** A file that is there. */
    ImageRef image(String name, String format) throws IOException {
        return new ImageRef(name, format, inode(file(name)));
    }

    Command.DeleteVolume delete(UUID volume, String name, @Nullable Long inode) {
        return new Command.DeleteVolume(place, volume, 2, name, inode);
    }

    Command.Settle settle(UUID operation, Command.OfVolume command) {
        return new Command.Settle(
                command.pool(), command.volumeId(), command.generation(), operation, command);
    }

    /** The pool's own files. */
    List<String> files() throws IOException {
        return names(path()).stream().filter(name -> !name.equals(".cistern")).toList();
    }

    List<String> staged() throws IOException {
        return names(house("staging"));
    }

    List<String> trashed() throws IOException {
        return names(house("trash"));
    }

    private static List<String> names(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    VolumeRecord volume(UUID id) throws IOException {
        return Json.read(
                Files.readAllBytes(house("volumes").resolve(id.toString())), VolumeRecord.class);
    }

    JournalEntry entry(UUID operation) throws IOException {
        return Json.read(
                Files.readAllBytes(house("journal").resolve(operation.toString())),
                JournalEntry.class);
    }

    static long inode(Path file) throws IOException {
        return (Long) Files.getAttribute(file, "unix:ino", LinkOption.NOFOLLOW_LINKS);
    }
}
