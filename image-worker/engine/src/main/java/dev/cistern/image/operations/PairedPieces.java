package dev.cistern.image.operations;

import dev.cistern.image.DiskImage;
import dev.cistern.image.operations.Piece.Kind;
import java.io.IOException;
import java.util.Optional;

/**
 * Divides two images into pieces at once: a piece is zeroes if it is so in both. Not thread-safe.
 */
final class PairedPieces {
    private final Pieces ofOne;
    private final Pieces ofOther;
    private final long otherEnd;
    private Optional<Piece> one;
    private Optional<Piece> other;

    /**
     * The pieces of two images.
     *
     * @param shorter reads as zeroes beyond its end
     */
    PairedPieces(DiskImage longer, DiskImage shorter) {
        this.ofOne = new Pieces(longer, 0, longer.capacity(), DiskImage.PAGE, true, false);
        this.ofOther = new Pieces(shorter, 0, shorter.capacity(), DiskImage.PAGE, true, false);
        this.otherEnd = longer.capacity();
        this.one = Optional.empty();
        this.other = Optional.empty();
    }

    /**
     * The next piece.
     *
     * @param most those that begin there or behind are of no interest
     */
    Optional<Piece> next(long most) throws IOException {
        one = one.isPresent() ? one : ofOne.next();
        if (one.isEmpty() || one.get().offset() >= most) {
            return Optional.empty();
        }
        other = other.isPresent() ? other : ofOther.next();
        var ours = one.get();
        var theirs =
                other.orElseGet(
                        () -> new Piece(Kind.ZERO, ours.offset(), otherEnd - ours.offset()));
        var end = Math.min(ours.end(), theirs.end());
        var kind = ours.kind() == theirs.kind() ? ours.kind() : Kind.DATA;
        if (kind == Kind.DATA) {
            end = Math.min(end, ours.offset() + Piece.MOST_BYTES);
        }
        one = rest(ours, end);
        other = rest(theirs, end);
        return Optional.of(new Piece(kind, ours.offset(), end - ours.offset()));
    }

    private static Optional<Piece> rest(Piece piece, long from) {
        return from < piece.end()
                ? Optional.of(new Piece(piece.kind(), from, piece.end() - from))
                : Optional.empty();
    }
}
