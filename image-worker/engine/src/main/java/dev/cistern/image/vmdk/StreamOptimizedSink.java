package dev.cistern.image.vmdk;

import dev.cistern.image.ContentSink;
import dev.cistern.image.ImageException;
import dev.cistern.image.PackedRuns;
import dev.cistern.image.storage.Storage;
import dev.cistern.image.storage.Zeroes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.Deflater;

/**
 * Writes a stream-optimized extent once, from its beginning to its end, nothing twice (VMware
 * Virtual Disk Format 5.0, "Stream-optimized compressed sparse extents"):
 *
 * <pre>
 *   header, whose gdOffset says that the footer counts
 *   descriptor
 *   grains, ascending, each with its marker, as a zlib stream (RFC 1950)
 *       behind the last grain of a grain table: marker, grain table
 *   marker, grain directory
 *   marker, footer: the header again, with the directory's place
 *   end-of-stream marker
 * </pre>
 *
 * <p>Grains are packed by all threads and written in turn. Grains of zeroes are not stored, nor
 * tables without grains.
 */
public final class StreamOptimizedSink implements ContentSink {
    private static final int SECTOR = SparseHeader.SECTOR;
    private static final int GRAIN = 128 * SECTOR;
    private static final int TABLE_ENTRIES = 512;
    private static final int WRITE_BYTES = 1 << 20;

    /** Deflate makes noise longer, by 5 bytes for each 16 KiB block at most (zlib.h). */
    private static final int MOST_PACKED = GRAIN + 1024;

    private final Storage file;
    private final long capacity;
    private final StreamHeader header;
    private final int[] directory;
    private final ByteBuffer table =
            ByteBuffer.allocate(TABLE_ENTRIES * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer pending = ByteBuffer.allocateDirect(WRITE_BYTES);

    /** Which grain table {@link #table} is; −1 before the first. */
    private int current = -1;

    /** Bytes so far, and those of them that are in the file. */
    private long at;

    private long written;

    /**
     * Begins an image.
     *
     * @param file empty; not closed here
     * @param capacity bytes that a guest sees, of whole sectors
     * @param options of a stream-optimized image
     * @param name that the file will have
     * @throws ImageException.Unsupported if it is to have a parent
     */
    public static StreamOptimizedSink begin(
            Storage file, long capacity, VmdkOptions options, String name) throws IOException {
        if (options.parent().isPresent()) {
            throw new ImageException.Unsupported(
                    name + ": a streamOptimized image stands alone, and cannot have a parent");
        }
        VmdkOptions.requireWritable("the name of the image", name);
        var extents = VmdkCreator.extents(capacity, options, name);
        var descriptor = NewDescriptor.of(options, capacity, extents).bytes();
        return new StreamOptimizedSink(file, capacity, descriptor);
    }

    private StreamOptimizedSink(Storage file, long capacity, byte[] descriptor) throws IOException {
        this.file = file;
        this.capacity = capacity;
        this.header = new StreamHeader(capacity / SECTOR);
        this.directory =
                new int[Math.toIntExact(Math.ceilDiv(capacity, (long) GRAIN * TABLE_ENTRIES))];
        put(header.encode(StreamHeader.IN_FOOTER));
        put(header.pad(descriptor, file.name()));
    }

    /** Bytes that such an image has at most besides grains that do not become smaller. */
    static long overhead(long capacity) {
        var grains = Math.ceilDiv(capacity, (long) GRAIN);
        var tables = Math.ceilDiv(grains, TABLE_ENTRIES);
        var fixed = GRAIN + 4L * SECTOR;
        return fixed
                + grains
                        * Math.ceilDiv(StreamMarker.GRAIN_BYTES + MOST_PACKED - GRAIN, SECTOR)
                        * SECTOR
                + tables * (SECTOR + TABLE_ENTRIES * Integer.BYTES)
                + Math.ceilDiv(tables * Integer.BYTES, SECTOR) * (long) SECTOR;
    }

    @Override
    public long capacity() {
        return capacity;
    }

    @Override
    public int unit() {
        return GRAIN;
    }

    @Override
    public boolean blank() {
        return true;
    }

    @Override
    public Lane lane() {
        return new PackingLane();
    }

    /** Packs grains and keeps them until it is their turn. */
    private final class PackingLane implements Lane {
        private final Deflater deflater = new Deflater(PackedRuns.DEFLATE_LEVEL);
        private final PackedRuns packed = new PackedRuns(MOST_PACKED);
        private final ByteBuffer last = ByteBuffer.allocateDirect(GRAIN);

        @Override
        public void data(ByteBuffer bytes, long offset) {
            var limit = bytes.limit();
            for (var guest = offset; bytes.position() < limit; guest += GRAIN) {
                var count = Math.min(limit - bytes.position(), GRAIN);
                pack(bytes.slice(bytes.position(), count), guest);
                bytes.position(bytes.position() + count);
            }
        }

        private void pack(ByteBuffer bytes, long guest) {
            var grain = bytes;
            if (bytes.remaining() < GRAIN) {
                Zeroes.fill(last.clear().put(bytes));
                grain = last.flip();
            }
            var room = packed.room(StreamMarker.GRAIN_BYTES + MOST_PACKED);
            room.position(StreamMarker.GRAIN_BYTES);
            deflater.reset();
            deflater.setInput(grain);
            deflater.finish();
            while (!deflater.finished()) {
                deflater.deflate(room);
            }
            var length = room.position() - StreamMarker.GRAIN_BYTES;
            StreamMarker.putGrain(room, guest / SECTOR, length);
            packed.add(guest, room.position());
        }

        @Override
        public void zero(long offset, long length) {}

        @Override
        public void commit(Turn turn) throws IOException {
            turn.await();
            packed.takeAll(StreamOptimizedSink.this::putGrain);
        }

        @Override
        public void close() {
            deflater.end();
        }
    }

    /** Called by one thread at a time, in ascending order. */
    private void putGrain(ByteBuffer packed, long offset) throws IOException {
        var grain = offset / GRAIN;
        var wanted = (int) (grain / TABLE_ENTRIES);
        if (wanted != current) {
            putTable();
            current = wanted;
        }
        table.putInt((int) (grain % TABLE_ENTRIES) * Integer.BYTES, sector());
        put(packed);
        fillSector();
    }

    private void putTable() throws IOException {
        if (current >= 0) {
            put(StreamMarker.GRAIN_TABLE.encode(table.capacity() / SECTOR));
            directory[current] = sector();
            put(table.clear());
            Zeroes.fill(table.clear());
        }
    }

    @Override
    public void finish() throws IOException {
        putTable();
        var bytes =
                ByteBuffer.allocate(directory.length * Integer.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(directory);
        put(StreamMarker.GRAIN_DIRECTORY.encode(Math.ceilDiv(bytes.capacity(), SECTOR)));
        var place = sector();
        put(bytes);
        fillSector();
        put(StreamMarker.FOOTER.encode(1));
        put(header.encode(Integer.toUnsignedLong(place)));
        put(StreamMarker.END_OF_STREAM.encode(0));
        write();
        file.sync();
    }

    /** Where the next thing goes; the tables name sectors with 32 bits. */
    private int sector() throws ImageException.OutOfRange {
        var sector = at / SECTOR;
        if (sector > 0xffffffffL) {
            throw new ImageException.OutOfRange(
                    file.name() + ": a stream-optimized image cannot be longer than 2 TiB");
        }
        return (int) sector;
    }

    private void fillSector() throws IOException {
        put(ByteBuffer.allocate((int) (-at & (SECTOR - 1))));
    }

    private void put(ByteBuffer bytes) throws IOException {
        at += bytes.remaining();
        while (bytes.hasRemaining()) {
            if (!pending.hasRemaining()) {
                write();
            }
            var count = Math.min(bytes.remaining(), pending.remaining());
            pending.put(bytes.slice(bytes.position(), count));
            bytes.position(bytes.position() + count);
        }
    }

    private void write() throws IOException {
        file.writeFully(pending.flip(), written);
        written += pending.position();
        pending.clear();
    }
}
