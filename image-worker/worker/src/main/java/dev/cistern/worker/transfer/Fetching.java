package dev.cistern.worker.transfer;

import dev.cistern.common.problem.ProblemException;
import io.vertx.core.Future;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a client asks of a transfer: bytes, which of them there are, and whether they are right. */
record Fetching(Buffers buffers) {
    private static final int EXTENTS = 1000;

    /** SHA-256 of the whole content. */
    private record Checksum(String algorithm, String checksum, long size) {}

    /** Tells what there is to fetch, or how much has come. */
    void head(Transfer transfer, Exchange exchange) {
        if (transfer.upload()) {
            exchange.tell("Upload-Offset", transfer.unbroken());
            exchange.tell("Upload-Length", transfer.size());
            exchange.answer(204);
            return;
        }
        describe(transfer, exchange);
        exchange.tell("Content-Length", transfer.size());
        exchange.answer(200);
    }

    private static void describe(Transfer transfer, Exchange exchange) {
        exchange.tell("Accept-Ranges", "bytes");
        exchange.tell("ETag", tag(transfer));
        exchange.tell("Content-Type", "application/octet-stream");
        exchange.tell("Cache-Control", "no-store");
    }

    /** The content cannot change as long as its operation lasts. */
    private static String tag(Transfer transfer) {
        return '"' + transfer.operation().toString() + '"';
    }

    /** Sends all bytes or a range of them. */
    void bytes(Transfer transfer, Exchange exchange) throws IOException {
        var size = transfer.size();
        var asked = range(transfer, exchange);
        var range = asked.orElse(new ByteRange(0, size));
        describe(transfer, exchange);
        exchange.tell("Content-Length", range.length());
        if (asked.isPresent()) {
            exchange.tell(
                    "Content-Range",
                    "bytes %d-%d/%d".formatted(range.start(), range.end() - 1, size));
        }
        exchange.begin(asked.isPresent() ? 206 : 200);
        send(transfer, range, exchange);
        exchange.end();
    }

    private static Optional<ByteRange> range(Transfer transfer, Exchange exchange) {
        var condition = exchange.header("If-Range");
        return condition == null || condition.equals(tag(transfer))
                ? ByteRange.asked(exchange.header("Range"), transfer.size())
                : Optional.empty();
    }

    /** While one buffer is on its way, the next one is filled. */
    private void send(Transfer transfer, ByteRange range, Exchange exchange) throws IOException {
        var filling = buffers.take();
        var sending = buffers.take();
        @Nullable Future<Void> underWay = null;
        for (var at = range.start(); at < range.end(); ) {
            filling.clear().limit((int) Math.min(Transfer.STEP, range.end() - at));
            transfer.read(filling, at);
            at += filling.flip().remaining();
            if (underWay != null) {
                Exchange.await(underWay);
            }
            underWay = exchange.send(filling);
            var other = sending;
            sending = filling;
            filling = other;
        }
        if (underWay != null) {
            Exchange.await(underWay);
        }
        // After a failure the network may still read from them.
        buffers.give(filling);
        buffers.give(sending);
    }

    /** Tells which bytes are zero, or have come. */
    void extents(Transfer transfer, Exchange exchange) throws IOException {
        var asked = exchange.parameter("from");
        var from = asked == null ? 0 : Exchange.number("from", asked);
        if (from < 0 || from > transfer.size()) {
            var _ = ByteRange.of(from, 1, transfer.size());
        }
        exchange.answer(
                200, Extent.Listing.of(transfer.size(), from, transfer.extents(from, EXTENTS)));
    }

    /**
     * Tells the SHA-256 of the whole content, also as {@code Repr-Digest} (RFC 9530).
     *
     * @throws ProblemException if it is over meanwhile
     */
    void checksum(Transfer transfer, Exchange exchange) throws IOException {
        var digest = sha256();
        var buffer = buffers.take();
        for (var at = 0L; at < transfer.size(); ) {
            buffer.clear().limit((int) Math.min(Transfer.STEP, transfer.size() - at));
            transfer.peek(buffer, at);
            at += buffer.flip().remaining();
            digest.update(buffer);
        }
        buffers.give(buffer);
        var sum = digest.digest();
        exchange.tell("Repr-Digest", "sha-256=:" + Base64.getEncoder().encodeToString(sum) + ":");
        exchange.answer(
                200, new Checksum("sha-256", HexFormat.of().formatHex(sum), transfer.size()));
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
