package dev.cistern.image.vmdk;

import dev.cistern.image.ImageException;
import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Gives a sparse extent another capacity, durably, in one step. */
final class SparseGrowth {
    private static final int SECTOR = SparseHeader.SECTOR;

    private final Storage file;
    private final SparseHeader old;
    private final WaitForDisk disk;

    SparseGrowth(Storage file, SparseHeader old, WaitForDisk disk) {
        this.file = file;
        this.old = old;
        this.disk = disk;
    }

    /**
     * Grows it. What was never in sight, of the last grain and of tables, is cleared first.
     *
     * @param seen bytes that a guest saw so far
     */
    SparseHeader to(long seen, long capacity) throws IOException {
        var grown = old.grown(capacity, old.directoryAt(), old.redundantAt(), file.name());
        var tables = new GrainTables(file, old);
        clearUnseen(tables, seen, Math.min(capacity, old.directoryEntries() * old.tableCoverage()));
        if (grown.directoryEntries() > old.directoryEntries()) {
            grown = withMoreTables(grown);
        }
        disk.await(Barrier.DIRECTORY_BEFORE_HEADER, file);
        if (!grown.equals(old)) {
            file.writeFully(grown.encodeOver(file), 0);
            disk.await(Barrier.EXTENTS_BEFORE_DESCRIPTOR, file);
            giveUp(old.directoryAt(), grown.directoryAt());
            giveUp(old.redundantAt(), grown.redundantAt());
        }
        return grown;
    }

    /** A directory that an earlier growth put among the grains is of no use any more. */
    private void giveUp(long at, long now) throws IOException {
        if (at != now && at >= old.overhead()) {
            file.zero(at, old.directoryBytes());
        }
    }

    private void clearUnseen(GrainTables tables, long from, long to) throws IOException {
        var grain = old.grainBytes();
        var inGrain = from % grain;
        if (inGrain > 0) {
            var entry = tables.entry(from / grain);
            if (entry > GrainTables.ZEROED) {
                file.zero(entry * SECTOR + inGrain, grain - inGrain);
            }
        }
        for (var at = Math.ceilDiv(from, grain); at < Math.ceilDiv(to, grain); at++) {
            if (tables.entry(at) != GrainTables.NONE) {
                tables.set(at, GrainTables.NONE);
            }
        }
        tables.write(tables.takeChanged());
        tables.settle(true);
    }

    /** Each directory is copied to the end of the file, and its new tables follow it. */
    private SparseHeader withMoreTables(SparseHeader grown) throws IOException {
        var at = Math.ceilDiv(file.size(), old.grainBytes()) * (long) old.grainBytes();
        if (at > GrainSpace.LIMIT - 2 * grown.mapBytes()) {
            throw new ImageException.OutOfRange(
                    "%s: has no room for more grain tables behind its %d bytes"
                            .formatted(file.name(), at));
        }
        var redundant = old.redundantAt() == 0 ? 0 : at;
        if (redundant > 0) {
            at = append(grown, at, old.redundantAt());
        }
        var directory = at;
        at = append(grown, at, old.directoryAt());
        file.truncate(Math.ceilDiv(at, old.grainBytes()) * (long) old.grainBytes());
        return old.grown(grown.capacity(), directory, redundant, file.name());
    }

    private long append(SparseHeader grown, long at, long oldDirectory) throws IOException {
        var known = GrainTables.directory(file, old, oldDirectory);
        var bytes =
                ByteBuffer.allocate((int) grown.directoryBytes()).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(known);
        var table = at + grown.directoryBytes();
        for (var i = old.directoryEntries(); i < grown.directoryEntries(); i++) {
            bytes.putInt((int) (table / SECTOR));
            table += grown.tableBytes();
        }
        file.writeFully(bytes.clear(), at);
        file.truncate(Math.max(file.size(), table));
        return table;
    }
}
