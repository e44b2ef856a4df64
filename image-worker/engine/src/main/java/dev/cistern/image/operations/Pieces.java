package dev.cistern.image.operations;

import dev.cistern.image.DiskImage;
import dev.cistern.image.operations.Piece.Kind;
import java.io.IOException;
import java.util.Optional;

/** Divides a range of an image into pieces, in order. Not thread-safe. */
final class Pieces {
    private final DiskImage image;
    private final long end;
    private final int unit;
    private final boolean zeroes;
    private final boolean ownOnly;
    private long at;

    /** What was found to begin at {@link #at}, unless it is used up. */
    private Kind kind = Kind.DATA;

    private long kindEnd;

    /**
     * The pieces of a range.
     *
     * @param unit pieces begin and end at multiples of it, but for the last end; a power of two. A
     *     unit of different kinds counts as data
     * @param zeroes whether zeroes are told apart from data
     * @param ownOnly whether what the image leaves to the ones below is told apart
     */
    Pieces(DiskImage image, long start, long length, int unit, boolean zeroes, boolean ownOnly) {
        this.image = image;
        this.zeroes = zeroes;
        this.at = start;
        this.kindEnd = start;
        this.end = start + length;
        this.unit = unit;
        this.ownOnly = ownOnly;
    }

    /** The next piece; empty at the end. */
    Optional<Piece> next() throws IOException {
        if (at >= end) {
            return Optional.empty();
        }
        var start = at;
        look(at);
        var whole = wholeUnits();
        if (kind != Kind.DATA && whole > start) {
            at = whole;
            return Optional.of(new Piece(kind, start, whole - start));
        }
        var most = Math.min(end, start - start % Piece.MOST_BYTES + mostBytes());
        do {
            at = Math.min(most, Math.max(wholeUnits(), nextUnit()));
            look(at);
        } while (at < most && (kind == Kind.DATA || wholeUnits() <= at));
        return Optional.of(new Piece(Kind.DATA, start, at - start));
    }

    private int mostBytes() {
        return Math.max(Piece.MOST_BYTES, unit);
    }

    /** Makes what begins at an offset known, as far as it goes on. */
    private void look(long offset) throws IOException {
        if (kindEnd <= offset && offset < end) {
            var mapping = image.map(offset, end - offset);
            kind = kindOf(mapping.depth(), mapping.readsZero());
            kindEnd = offset + mapping.length();
        }
        while (kind != Kind.DATA && kindEnd < end) {
            var mapping = image.map(kindEnd, end - kindEnd);
            if (kindOf(mapping.depth(), mapping.readsZero()) != kind) {
                return;
            }
            kindEnd += mapping.length();
        }
    }

    private Kind kindOf(int depth, boolean zero) {
        if (ownOnly && depth > 0) {
            return Kind.BELOW;
        }
        return zero && zeroes ? Kind.ZERO : Kind.DATA;
    }

    /** Where the last whole unit of what is known ends. */
    private long wholeUnits() {
        return kindEnd >= end ? end : kindEnd - kindEnd % unit;
    }

    private long nextUnit() {
        return Math.min(end, at - at % unit + unit);
    }
}
