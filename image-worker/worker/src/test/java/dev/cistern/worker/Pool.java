package dev.cistern.worker;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.Permissions;
import dev.cistern.common.message.PoolPlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/** A pool in a folder of the test, and commands on it. */
record Pool(PoolPlace place) {
    static Pool in(Path folder) throws IOException {
        Files.createDirectories(folder);
        return new Pool(new PoolPlace(UUID.randomUUID(), UUID.randomUUID(), 1, folder.toString()));
    }

    Command start() {
        return new Command.StartPool(place, false);
    }

    Command.CreateVolume create(UUID volume, String name) {
        return new Command.CreateVolume(
                place,
                volume,
                1,
                name,
                "qcow2",
                1 << 20,
                new Permissions(-1, -1, 0600),
                ImageOptions.USUAL);
    }

    Path lock(UUID volume) {
        return Path.of(place.path(), ".cistern", "locks", volume.toString());
    }

    /** The pool's own files. */
    List<String> files() throws IOException {
        try (var files = Files.list(Path.of(place.path()))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.equals(".cistern"))
                    .sorted()
                    .toList();
        }
    }
}
