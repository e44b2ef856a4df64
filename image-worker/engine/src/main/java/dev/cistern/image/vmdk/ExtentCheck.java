package dev.cistern.image.vmdk;

import dev.cistern.image.Findings;
import dev.cistern.image.storage.Storage;
import dev.cistern.image.storage.Zeroes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Looks through a sparse extent: every entry of its tables names a grain of the file that no other
 * names, the redundant tables say the same, and no grain is taken that none names. Sets that right
 * on the way if it is to.
 */
final class ExtentCheck {
    private static final int SECTOR = SparseHeader.SECTOR;

    private final Storage file;
    private final SparseHeader header;
    private final boolean repairs;
    private final Findings findings;
    private final ByteBuffer directory;
    private final long length;

    /** Those slots, counted from the beginning of the file, in which something is. */
    private final SparseBits taken = new SparseBits();

    /** Sectors of the header, the descriptor, directories and tables, and slots that have some. */
    private final SparseBits metadata = new SparseBits();

    private final SparseBits slotsWithMetadata = new SparseBits();

    private final SparseBits grains = new SparseBits();
    private long end;

    private ExtentCheck(
            Storage file, SparseHeader header, boolean repairs, Findings findings, long length)
            throws IOException {
        this.file = file;
        this.header = header;
        this.repairs = repairs;
        this.findings = findings;
        this.length = length;
        this.end = Math.ceilDiv(length, header.grainBytes()) * (long) header.grainBytes();
        this.directory = GrainTables.directory(file, header, header.directoryAt());
    }

    /**
     * Checks an extent.
     *
     * @param repairs whether what is wrong is set right, durably
     */
    static void run(Storage file, boolean repairs, Findings findings) throws IOException {
        var header = SparseHeader.read(file);
        new ExtentCheck(file, header, repairs, findings, file.size()).run();
        if (repairs) {
            file.sync();
        }
    }

    private void run() throws IOException {
        take(0, header.overhead());
        requireOwnPlace("header", 0, SECTOR);
        var descriptor = SparseHeader.descriptorPlace(file);
        if (descriptor.isPresent()) {
            requireOwnPlace("descriptor", descriptor.get().start(), descriptor.get().length());
        }
        takeDirectory("grain directory", header.directoryAt(), directory);
        var second = directory;
        if (header.redundantAt() > 0) {
            second = GrainTables.directory(file, header, header.redundantAt());
            takeDirectory("redundant grain directory", header.redundantAt(), second);
        }
        for (var table = 0; table < header.directoryEntries(); table++) {
            checkTable(table, second);
        }
        if (!header.compressed()) {
            findLeaks();
        }
    }

    private void checkTable(int table, ByteBuffer second) throws IOException {
        var at = GrainTables.at(directory, table) * SECTOR;
        if (isTable(at, table)) {
            var entries = checkEntries(table, at);
            if (header.redundantAt() > 0) {
                compare(table, entries, GrainTables.at(second, table) * SECTOR);
            }
        }
    }

    private void takeDirectory(String what, long at, ByteBuffer places) throws IOException {
        requireOwnPlace(what, at, header.directoryBytes());
        for (var table = 0; table < header.directoryEntries(); table++) {
            var tableAt = GrainTables.at(places, table) * SECTOR;
            if (tableAt > 0 && tableAt <= length - header.tableBytes()) {
                requireOwnPlace("grain table", tableAt, header.tableBytes());
            }
        }
    }

    private void requireOwnPlace(String what, long from, long bytes) throws IOException {
        var shared = false;
        for (var sector = from / SECTOR; sector < Math.ceilDiv(from + bytes, SECTOR); sector++) {
            shared |= !metadata.add(sector, file.name());
            var _ = slotsWithMetadata.add(sector * SECTOR / header.grainBytes(), file.name());
        }
        take(from, bytes);
        if (shared) {
            findings.corruption("ERROR: the %s at 0x%x overlaps other metadata", what, from);
        }
    }

    private boolean isMetadata(long host) {
        var last = host + header.grainBytes() - 1;
        if (!slotsWithMetadata.has(host / header.grainBytes())
                && !slotsWithMetadata.has(last / header.grainBytes())) {
            return false;
        }
        for (var at = host; at <= last; at += SECTOR) {
            if (metadata.has(at / SECTOR)) {
                return true;
            }
        }
        return false;
    }

    private void take(long from, long bytes) throws IOException {
        for (var at = from / header.grainBytes();
                at < Math.ceilDiv(from + bytes, header.grainBytes());
                at++) {
            var _ = taken.add(at, file.name());
        }
    }

    private boolean isTable(long at, int table) {
        if (at > length - header.tableBytes()) {
            findings.corruption(
                    "ERROR: grain table %d at 0x%x is not within the file of %d bytes",
                    table, at, length);
            return false;
        }
        return at > 0;
    }

    private ByteBuffer checkEntries(int table, long at) throws IOException {
        var entries = GrainTables.read(file, at, header.tableEntries());
        if (file.nextData(at) >= at + header.tableBytes()) {
            return entries;
        }
        var changed = false;
        for (var i = 0; i < header.tableEntries(); i++) {
            var entry = GrainTables.at(entries, i);
            if (entry > GrainTables.ZEROED
                    || (entry == GrainTables.ZEROED && !header.zeroedGrains())) {
                var right = check((long) table * header.tableEntries() + i, entry);
                changed |= right != entry;
                entries.putInt(i * Integer.BYTES, (int) right);
            }
        }
        if (changed && repairs) {
            file.sync();
            file.writeFully(entries.duplicate().clear(), at);
        }
        return entries;
    }

    /** Returns what the entry should be. */
    private long check(long grain, long entry) throws IOException {
        var host = entry * SECTOR;
        if (host >= length) {
            findings.corruption(
                    "ERROR: cluster offset after file size: grain %d at 0x%x", grain, host);
            return GrainTables.NONE;
        }
        if (host < header.overhead() || (!header.compressed() && isMetadata(host))) {
            findings.corruption("ERROR: grain %d at 0x%x is within the metadata", grain, host);
            return GrainTables.NONE;
        }
        if (!grains.add(entry, file.name())) {
            findings.corruption("ERROR: grain %d at 0x%x is another grain, too", grain, host);
            return repairs ? copy(host) / SECTOR : entry;
        }
        take(host, header.grainBytes());
        return entry;
    }

    /** Gives a grain that two entries name a place of its own. */
    private long copy(long host) throws IOException {
        var bytes = ByteBuffer.allocate(header.grainBytes());
        file.readPadded(bytes, host);
        var at = end;
        file.writeFully(bytes.flip(), at);
        end += header.grainBytes();
        take(at, header.grainBytes());
        return at;
    }

    private void compare(int table, ByteBuffer entries, long redundantAt) throws IOException {
        if (redundantAt == 0 || redundantAt > length - header.tableBytes()) {
            findings.corruption(
                    "ERROR: redundant grain table %d at 0x%x is not within the file of %d bytes",
                    table, redundantAt, length);
            return;
        }
        var redundant = GrainTables.read(file, redundantAt, header.tableEntries());
        if (!redundant.equals(entries.duplicate().order(ByteOrder.LITTLE_ENDIAN).clear())) {
            findings.leak("Redundant grain table %d differs from the grain table", table);
            if (repairs) {
                file.writeFully(entries.duplicate().clear(), redundantAt);
            }
        }
    }

    /** Holes are no leaks, nor is what was set to zero when it was given up. */
    private void findLeaks() throws IOException {
        var bytes = ByteBuffer.allocate(header.grainBytes());
        for (var at = file.nextData(header.overhead()); at < length; at = file.nextData(at)) {
            var slot = at / header.grainBytes();
            var start = slot * header.grainBytes();
            if (!taken.has(slot)) {
                file.readPadded(bytes.clear(), start);
                if (!Zeroes.only(bytes.flip())) {
                    findings.leak("Leaked grain at 0x%x", start);
                    if (repairs && !file.punchHole(start, header.grainBytes())) {
                        file.zero(start, Math.min(header.grainBytes(), length - start));
                    }
                }
            }
            at = start + header.grainBytes();
            if (at >= length) {
                break;
            }
        }
    }
}
