package dev.cistern.cli.transfer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Json;
import dev.cistern.cli.http.Operation;
import dev.cistern.cli.http.Route;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Fetches what is in a volume, or a part of it.
 *
 * @param offset the first byte
 * @param length bytes, or null for all that there are
 * @param sparse whether zeroes become holes
 * @param format as in the API, or null for the file as it is
 */
public record Download(
        long offset,
        @Nullable Long length,
        boolean sparse,
        @Nullable String format,
        int connections) {
    static final int PIECE = 2 << 20;

    /** A run of bytes of the volume that is fetched at once, or known to be zero. */
    private record Piece(long start, long length, boolean zero) {}

    /** Fetches into a file, which loses what it had. */
    public Operation toFile(Session session, Route volume, String file) throws Failure {
        try (var to = new RandomAccessFile(file, "rw");
                var transfer = begin(session, volume)) {
            to.setLength(0);
            var pieces = pieces(transfer);
            var work = new ConcurrentLinkedQueue<>(pieces);
            var crew = new Crew(session, "downloading", total(pieces));
            crew.run(connections, () -> fetch(work, transfer, to.getChannel(), crew));
            to.setLength(end(pieces) - offset);
            return transfer.finish(transfer.port());
        } catch (IOException e) {
            throw new Failure.Local("cannot write '%s': %s".formatted(file, e.getMessage()));
        }
    }

    /** Fetches to standard output, in order and with all zeroes. */
    public Operation toOutput(Session session, Route volume) throws Failure {
        try (var out = new FileOutputStream(FileDescriptor.out);
                var transfer = begin(session, volume)) {
            var pieces = pieces(transfer);
            var crew = new Crew(session, "downloading", total(pieces));
            crew.run(
                    1,
                    () -> {
                        for (var piece : pieces) {
                            out.write(bytes(piece, transfer));
                            crew.moved(piece.length());
                        }
                        return null;
                    });
            return transfer.finish(transfer.port());
        } catch (IOException e) {
            throw new Failure.Local(
                    "standard output could not be written to the end: " + e.getMessage());
        }
    }

    private RemoteTransfer begin(Session session, Route volume) throws Failure {
        ObjectNode request = Json.object().put("direction", "download");
        if (format != null) {
            request.put("format", format);
        }
        return RemoteTransfer.begin(session, volume, request);
    }

    /** What is to be fetched, in order. */
    private List<Piece> pieces(RemoteTransfer transfer) throws Failure {
        var size = transfer.ask(DataPort::size);
        if (offset > size || (length != null && length > size - offset)) {
            throw new Failure.Local(
                    "the volume has %d bytes, which %s"
                            .formatted(
                                    size,
                                    offset > size
                                            ? "--offset leaves"
                                            : "--offset and --length leave"));
        }
        var end = length == null ? size : offset + length;
        var pieces = new ArrayList<Piece>();
        for (var at = offset; at < end; ) {
            var from = at;
            var extents = transfer.ask(port -> port.extents(from)).path("extents");
            for (var extent : extents) {
                var stop =
                        Math.min(
                                end,
                                extent.path("start").asLong() + extent.path("length").asLong());
                var zero = extent.path("state").asText().equals("zero");
                for (; at < stop; at += pieces.getLast().length()) {
                    pieces.add(new Piece(at, Math.min(PIECE, stop - at), zero));
                }
            }
        }
        return pieces;
    }

    private static long total(List<Piece> pieces) {
        return pieces.stream().mapToLong(Piece::length).sum();
    }

    private long end(List<Piece> pieces) {
        return pieces.isEmpty() ? offset : pieces.getLast().start() + pieces.getLast().length();
    }

    private @Nullable Void fetch(
            Queue<Piece> work, RemoteTransfer transfer, FileChannel to, Crew crew)
            throws Failure, IOException {
        for (var piece = work.poll(); piece != null && !crew.hasFailed(); piece = work.poll()) {
            if (!piece.zero() || !sparse) {
                var bytes = ByteBuffer.wrap(bytes(piece, transfer));
                for (var at = piece.start() - offset; bytes.hasRemaining(); ) {
                    at += to.write(bytes, at);
                }
            }
            crew.moved(piece.length());
        }
        return null;
    }

    private static byte[] bytes(Piece piece, RemoteTransfer transfer) throws Failure {
        var length = (int) piece.length();
        return piece.zero()
                ? new byte[length]
                : transfer.ask(port -> port.get(piece.start(), length));
    }
}
