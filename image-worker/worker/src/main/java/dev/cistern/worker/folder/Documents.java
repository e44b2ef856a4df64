package dev.cistern.worker.folder;

import dev.cistern.common.message.Json;
import dev.cistern.image.storage.Directory;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/** JSON documents in one folder: each is replaced whole, or not at all. */
final class Documents<T> {
    /** A document is a few hundred bytes; more is not one of ours. */
    private static final int MAX_BYTES = 1 << 20;

    private static final int MODE = 0600;

    private final Directory folder;
    private final Class<T> type;

    Documents(Directory folder, Class<T> type) {
        this.folder = folder;
        this.type = type;
    }

    Optional<T> read(String name) throws IOException {
        try {
            return Optional.of(Json.read(folder.read(name, MAX_BYTES), type));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
    }

    /** Writes it; on disk, its name included, when this returns. */
    void write(String name, T document) throws IOException {
        folder.writeDurably(name, Json.bytes(document), MODE);
    }
}
