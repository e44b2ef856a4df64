package dev.cistern.worker.folder;

import com.fasterxml.jackson.core.JacksonException;
import dev.cistern.common.message.Json;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.FileStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * JSON documents in one folder, each a file whose last line is the document. What replaces a file
 * does so whole, or not at all; a line that was added and came to the disk in part does not count.
 */
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
            var text = new String(folder.read(name, MAX_BYTES), StandardCharsets.UTF_8);
            return Optional.of(last(name, text.lines().filter(line -> !line.isBlank()).toList()));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
    }

    private T last(String name, List<String> lines) throws IOException {
        JacksonException failure = null;
        for (var line : lines.reversed()) {
            try {
                return Json.read(line.getBytes(StandardCharsets.UTF_8), type);
            } catch (JacksonException e) {
                failure = e;
            }
        }
        throw new IOException(
                "%s is not what Cistern wrote there: %s"
                        .formatted(
                                folder.pathOf(name),
                                failure == null ? "it is empty" : failure.getOriginalMessage()),
                failure);
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

    /**
     * Adds it to what is there, in whose place it is from then on; a power cut soon after leaves
     * it, or what was there before.
     */
    void writeSoon(String name, T document) throws IOException {
        try {
            folder.append(
                    name, ("\n" + Json.text(document) + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchFileException _) {
            folder.replace(name, Json.bytes(document), MODE);
        }
    }
}
