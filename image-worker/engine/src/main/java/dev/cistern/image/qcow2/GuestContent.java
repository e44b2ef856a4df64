package dev.cistern.image.qcow2;

import dev.cistern.image.DiskImage;
import dev.cistern.image.Mapping;
import dev.cistern.image.storage.Zeroes;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** What a guest reads: from this image or, where it says nothing, from the one below. */
final class GuestContent implements Closeable {
    private final ImageTables tables;

    /** Replaced only while nobody reads. */
    private volatile Optional<DiskImage> backing;

    /** Where an image ends that is about to lie below. */
    private volatile long comingEnd;

    private final CompressedClusters compressed;

    GuestContent(ImageTables tables, Optional<DiskImage> backing, CompressedClusters compressed) {
        this.tables = tables;
        this.backing = backing;
        this.compressed = compressed;
    }

    ClusterMapping find(long guest, long length) throws IOException {
        try (var _ = tables.mapLock.take()) {
            return tables.map.find(guest, length);
        }
    }

    /** Fills the buffer's room; beyond the capacity all is zero. */
    void read(ByteBuffer into, long guest) throws IOException {
        var limit = into.limit();
        var start = into.position();
        var end = into.position() + Math.clamp(tables.capacity() - guest, 0, into.remaining());
        while (into.position() < end) {
            var at = guest + into.position() - start;
            var mapping = find(at, end - into.position());
            into.limit(into.position() + (int) mapping.length());
            read(into, at, mapping);
            into.limit(limit);
        }
        Zeroes.fill(into);
    }

    private void read(ByteBuffer into, long guest, ClusterMapping mapping) throws IOException {
        switch (mapping) {
            case ClusterMapping.Unallocated _ -> readBelow(into, guest);
            case ClusterMapping.Zero _ -> Zeroes.fill(into);
            case ClusterMapping.Data(_, var host, _) -> tables.data.read(into, host, guest);
            case ClusterMapping.Compressed(_, var entry, var inCluster) ->
                    compressed.read(into, entry, inCluster);
        }
    }

    private void readBelow(ByteBuffer into, long guest) throws IOException {
        if (backing.isPresent()) {
            backing.get().readPadded(into, guest);
        } else {
            Zeroes.fill(into);
        }
    }

    /** Where the image below ends; 0 if there is none. */
    long belowEnd() {
        return backing.map(DiskImage::capacity).orElse(0L);
    }

    /** Where what lies below, or is about to, ends. */
    long coveredEnd() {
        return Math.max(belowEnd(), comingEnd);
    }

    /** Whether nothing lies, or is about to lie, below a guest offset and what follows. */
    boolean bare(long guest) {
        return guest >= coveredEnd();
    }

    /** From now on zeroes are written such that they stay over an image of so many bytes too. */
    void expectBelow(long bytes) {
        comingEnd = bytes;
    }

    /** Puts another image below, while nobody reads; the old one is returned. */
    Optional<DiskImage> replaceBelow(Optional<DiskImage> other) {
        var old = backing;
        backing = other;
        comingEnd = 0;
        return old;
    }

    /** Whether a range is known to read as zeroes. */
    boolean readsZero(long guest, long length) throws IOException {
        var end = Math.min(guest + length, tables.capacity());
        for (var at = guest; at < end; ) {
            var mapping = find(at, end - at);
            switch (mapping) {
                case ClusterMapping.Zero _ -> at += mapping.length();
                case ClusterMapping.Unallocated _ -> {
                    if (!belowReadsZero(at, mapping.length())) {
                        return false;
                    }
                    at += mapping.length();
                }
                case ClusterMapping.Data _, ClusterMapping.Compressed _ -> {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean belowReadsZero(long guest, long length) throws IOException {
        var end = Math.min(guest + length, belowEnd());
        for (var at = guest; at < end; ) {
            var mapping = backing.orElseThrow().map(at, end - at);
            if (!mapping.readsZero()) {
                return false;
            }
            at += mapping.length();
        }
        return true;
    }

    /** The mapping at a guest offset, of this image or the ones below. */
    Mapping map(long guest, long length) throws IOException {
        var found = find(guest, length);
        return switch (found) {
            case ClusterMapping.Data(var bytes, var host, _) -> new Mapping.Data(bytes, 0, host);
            case ClusterMapping.Compressed(var bytes, _, _) -> new Mapping.Compressed(bytes, 0);
            case ClusterMapping.Zero(var bytes, var host) ->
                    new Mapping.Zero(bytes, 0, host != 0, host == 0 ? -1 : host);
            case ClusterMapping.Unallocated(var bytes) -> mapBelow(guest, bytes);
        };
    }

    private Mapping mapBelow(long guest, long length) throws IOException {
        return backing.isPresent()
                ? backing.get().mapFromAbove(guest, length)
                : new Mapping.Unallocated(length, 0);
    }

    @Override
    public void close() throws IOException {
        try (compressed) {
            if (backing.isPresent()) {
                backing.get().close();
            }
        }
    }
}
