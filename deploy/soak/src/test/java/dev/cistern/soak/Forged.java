package dev.cistern.soak;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A sound image of which something was made untrue. Offsets are those of the qcow2 specification;
 * what lies behind the sound image's end is reached over a hole.
 */
final class Forged implements Subject {
    static final int VERSION = 4;
    static final int BACKING_OFFSET = 8;
    static final int BACKING_LENGTH = 16;
    static final int CLUSTER_BITS = 20;
    static final int SIZE = 24;
    static final int CRYPT_METHOD = 32;
    static final int L1_SIZE = 36;
    static final int L1_OFFSET = 40;
    static final int REFCOUNT_TABLE_OFFSET = 48;
    static final int REFCOUNT_TABLE_CLUSTERS = 56;
    static final int SNAPSHOTS = 60;
    static final int SNAPSHOTS_OFFSET = 64;
    static final int INCOMPATIBLE = 72;
    static final int AUTOCLEAR = 88;
    static final int REFCOUNT_ORDER = 96;
    static final int HEADER_LENGTH = 100;
    static final int EXTENSIONS = 112;
    static final long COPIED = 1L << 63;
    static final long COMPRESSED = 1L << 62;

    private final byte[] bytes;
    private final List<Part> far = new ArrayList<>();
    private long length;

    private record Part(long at, ByteBuffer content, int times) {}

    private Forged(byte[] bytes) {
        this.bytes = bytes;
        this.length = bytes.length;
    }

    static Forged of(SoundImage sound) throws IOException {
        return new Forged(sound.bytes());
    }

    static Forged of(byte[] bytes) {
        return new Forged(bytes.clone());
    }

    ByteBuffer image() {
        return ByteBuffer.wrap(bytes);
    }

    int clusterSize() {
        return 1 << image().getInt(CLUSTER_BITS);
    }

    long sound(int field) {
        return image().getLong(field);
    }

    /** Where the active L2 table of an L1 entry is. */
    long l2(int index) {
        return image().getLong((int) sound(L1_OFFSET) + index * 8) & 0xfffffffffffe00L;
    }

    long block() {
        return image().getLong((int) sound(REFCOUNT_TABLE_OFFSET));
    }

    Forged int32(long at, long value) {
        image().putInt((int) at, (int) value);
        return this;
    }

    Forged int64(long at, long value) {
        image().putLong((int) at, value);
        return this;
    }

    Forged bytes(long at, byte[] content) {
        image().put((int) at, content);
        return this;
    }

    /** A header extension at the place of all others. */
    Forged extension(int type, long claimed, byte[] content) {
        bytes(EXTENSIONS, new byte[160]);
        return int32(EXTENSIONS, type)
                .int32(EXTENSIONS + 4, claimed)
                .bytes(EXTENSIONS + 8, content);
    }

    /** Puts something far behind the end. */
    Forged far(long at, ByteBuffer content) {
        return far(at, content, 1);
    }

    /** Puts the same far behind the end some times over. */
    Forged far(long at, ByteBuffer content, int times) {
        far.add(new Part(at, content, times));
        return longer(at + (long) times * content.limit());
    }

    Forged longer(long end) {
        length = Math.max(length, end);
        return this;
    }

    Forged cut(long end) {
        length = end;
        return this;
    }

    @Override
    public void layInto(Path folder) throws IOException {
        SoundImage.layOthersInto(folder);
        var path = folder.resolve("image");
        Files.write(path, bytes);
        try (var file = new java.io.RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(length);
            for (var part : far) {
                for (var time = 0; time < part.times(); time++) {
                    var at = part.at() + (long) time * part.content().limit();
                    file.getChannel().write(part.content().duplicate(), at);
                }
            }
        }
    }
}
