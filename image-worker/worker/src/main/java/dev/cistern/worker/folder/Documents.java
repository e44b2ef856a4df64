package dev.cistern.worker.folder;

import com.fasterxml.jackson.core.JacksonException;
import dev.cistern.common.message.Json;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.FileStatus;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
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
        } catch (JacksonException e) {
            throw new IOException(
                    "%s is not what Cistern wrote there: %s"
                            .formatted(folder.pathOf(name), e.getOriginalMessage()),
                    e);
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
    }

    /** Removes what a process that ended was writing longer ago than this. */
    void removeUnfinishedOlderThan(Duration age) throws IOException {
        var limit = Instant.now().minus(age);
        for (var name : folder.list()) {
            var status = name.startsWith(".") ? folder.status(name) : Optional.<FileStatus>empty();
            if (status.isPresent() && status.get().modified().isBefore(limit)) {
                var _ = folder.unlinkIfExists(name);
            }
        }
    }

    /** Writes it; on disk, its name included, when this returns. */
    void write(String name, T document) throws IOException {
        folder.writeDurably(name, Json.bytes(document), MODE);
    }

    /** Writes it; a power cut soon after leaves it, or what was there before. */
    void writeSoon(String name, T document) throws IOException {
        folder.replace(name, Json.bytes(document), MODE);
    }
}
