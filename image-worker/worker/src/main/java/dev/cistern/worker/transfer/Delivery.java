package dev.cistern.worker.transfer;

import dev.cistern.common.message.Json;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** What a client does to the file of an upload. */
record Delivery(Buffers buffers) {
    private static final int CHANGE_BYTES = 4096;

    /** A change without the bytes of it. */
    private record Change(@Nullable String op, long offset, long size) {}

    /** Takes bytes; those that came count, even if the connection breaks. */
    void bytes(Transfer transfer, Exchange exchange) throws IOException {
        requireUpload(transfer);
        var length = exchange.number("Content-Length");
        var range = ByteRange.given(exchange.header("Content-Range"), length, transfer.size());
        exchange.goOn();
        var buffer = buffers.take();
        try {
            receive(transfer, range, exchange, new Exchange.Piece(buffer));
        } finally {
            buffers.give(buffer);
        }
        exchange.answer(204);
    }

    private static void requireUpload(Transfer transfer) {
        if (!transfer.upload()) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST,
                    "transfer %s is a download, which takes nothing".formatted(transfer.name()));
        }
    }

    private static void receive(
            Transfer transfer, ByteRange range, Exchange exchange, Exchange.Piece piece)
            throws IOException {
        var at = range.start();
        var more = true;
        while (more && at < range.end()) {
            var bytes = piece.bytes().clear();
            bytes.limit((int) Math.min(Transfer.STEP, range.end() - at));
            try {
                more = exchange.receive(piece);
            } finally {
                if (bytes.flip().hasRemaining()) {
                    var count = bytes.remaining();
                    transfer.write(bytes, at);
                    at += count;
                }
            }
        }
        requireWhole(at, range, exchange, piece);
    }

    private static void requireWhole(
            long at, ByteRange range, Exchange exchange, Exchange.Piece piece) throws IOException {
        if (at < range.end() && exchange.header("Content-Range") != null) {
            throw new ProblemException(
                    ProblemCode.MALFORMED_REQUEST,
                    "%d bytes were announced and %d came"
                            .formatted(range.length(), at - range.start()));
        }
        var beyond = new Exchange.Piece(ByteBuffer.allocate(1));
        if (piece.hasMore() || exchange.receive(beyond)) {
            throw new ProblemException(
                    ProblemCode.RANGE_NOT_SATISFIABLE,
                    "more came than the %d bytes that there is room for".formatted(range.length()));
        }
    }

    /** Makes a range zero, or has what came on the disk. */
    void change(Transfer transfer, Exchange exchange) throws IOException {
        requireUpload(transfer);
        var change = read(exchange);
        switch (change.op()) {
            case "zero" -> {
                var range = ByteRange.of(change.offset(), change.size(), transfer.size());
                transfer.zero(range.start(), range.length());
            }
            case "flush" -> transfer.flush();
            case null, default ->
                    throw new ProblemException(
                            ProblemCode.INVALID_REQUEST,
                            "op is '%s', and can be zero (with offset and size) or flush"
                                    .formatted(change.op()));
        }
        exchange.answer(204);
    }

    private static Change read(Exchange exchange) throws IOException {
        exchange.goOn();
        var piece = new Exchange.Piece(ByteBuffer.allocate(CHANGE_BYTES));
        if (exchange.receive(piece)) {
            throw malformed("it is longer than %d bytes".formatted(CHANGE_BYTES));
        }
        var bytes = new byte[piece.bytes().flip().remaining()];
        piece.bytes().get(bytes);
        try {
            return Json.read(bytes, Change.class);
        } catch (IOException e) {
            throw malformed(String.valueOf(e.getMessage()));
        }
    }

    private static ProblemException malformed(String why) {
        return new ProblemException(
                ProblemCode.MALFORMED_REQUEST, "the body is not such a change: " + why);
    }
}
