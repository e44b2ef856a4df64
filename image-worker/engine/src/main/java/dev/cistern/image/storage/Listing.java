package dev.cistern.image.storage;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The names in an open folder, by getdents64(2). */
final class Listing {
    private static final int BUFFER_BYTES = 64 * 1024;

    /** linux_dirent64: inode 8, offset 8, record length 2, type 1, name with a final zero byte. */
    private static final int LENGTH_OFFSET = 16;

    private static final int NAME_OFFSET = 19;

    private Listing() {}

    static List<String> names(int descriptor, String path) throws IOException {
        var names = new ArrayList<String>();
        try (var arena = Arena.ofConfined()) {
            var buffer = arena.allocate(BUFFER_BYTES, Long.BYTES);
            for (var length = fill(descriptor, buffer, path);
                    length > 0;
                    length = fill(descriptor, buffer, path)) {
                collect(buffer.asSlice(0, length), names);
            }
        }
        return names;
    }

    private static long fill(int descriptor, MemorySegment buffer, String path) throws IOException {
        var length = Posix.getdents64(descriptor, buffer, BUFFER_BYTES);
        if (length < 0) {
            throw Failures.of("list", path);
        }
        return length;
    }

    private static void collect(MemorySegment records, List<String> names) {
        for (var at = 0L; at < records.byteSize(); ) {
            var length =
                    Short.toUnsignedInt(
                            records.get(ValueLayout.JAVA_SHORT_UNALIGNED, at + LENGTH_OFFSET));
            name(records.asSlice(at + NAME_OFFSET, length - NAME_OFFSET))
                    .filter(name -> !".".equals(name) && !"..".equals(name))
                    .ifPresent(names::add);
            at += length;
        }
    }

    private static Optional<String> name(MemorySegment bytes) {
        var end = 0;
        while (bytes.get(ValueLayout.JAVA_BYTE, end) != 0) {
            end++;
        }
        try {
            var name = ByteBuffer.wrap(bytes.asSlice(0, end).toArray(ValueLayout.JAVA_BYTE));
            return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(name).toString());
        } catch (CharacterCodingException _) {
            return Optional.empty();
        }
    }
}
