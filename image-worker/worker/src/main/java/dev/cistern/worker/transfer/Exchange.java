package dev.cistern.worker.transfer;

import dev.cistern.common.http.ProblemBody;
import dev.cistern.common.message.Json;
import dev.cistern.common.problem.Problem;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import io.netty.buffer.Unpooled;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A request and its answer, for a thread that may block: it waits for bytes to come, and for the
 * client to take what it is sent.
 */
final class Exchange {
    /** Buffers of a request's body that may come before any was used. */
    private static final int AHEAD = 64;

    /**
     * What is left of a refused body is read to its end if it is no more; else the connection is
     * cut.
     */
    private static final long READ_OFF = 4 << 20;

    /** How long a client may take or give nothing. */
    private static final Duration STALL = Duration.ofSeconds(60);

    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final BlockingQueue<Optional<Buffer>> body = new LinkedBlockingQueue<>();
    private volatile boolean broken;
    private final Context context = Objects.requireNonNull(Vertx.currentContext());
    private int used;
    private boolean bodyOver;

    /**
     * Holds the body of a request back until it is asked for; to be called as the request comes.
     */
    Exchange(HttpServerRequest request) {
        this.request = request;
        this.response = request.response();
        request.pause();
        request.handler(buffer -> body.add(Optional.of(buffer)));
        request.endHandler(_ -> body.add(Optional.empty()));
        request.exceptionHandler(_ -> broken());
        response.exceptionHandler(_ -> broken());
        request.fetch(hasBody() ? AHEAD : Long.MAX_VALUE);
    }

    private void broken() {
        broken = true;
        body.add(Optional.empty());
    }

    private boolean hasBody() {
        return switch (method()) {
            case "PUT", "PATCH", "POST" -> true;
            default -> false;
        };
    }

    String method() {
        return request.method().name();
    }

    String path() {
        return Objects.requireNonNullElse(request.path(), "");
    }

    @Nullable String header(String name) {
        return request.getHeader(name);
    }

    @Nullable String parameter(String name) {
        return request.getParam(name);
    }

    /** A header that is a number. */
    @Nullable Long number(String name) {
        var text = header(name);
        return text == null ? null : number(name, text);
    }

    /** Reads a number that a request has. */
    static long number(String name, String text) {
        try {
            return Long.parseUnsignedLong(text);
        } catch (NumberFormatException _) {
            throw new ProblemException(
                    ProblemCode.MALFORMED_REQUEST,
                    "%s is '%s', not a number".formatted(name, text));
        }
    }

    /** Adds a header to the answer. */
    void tell(String name, Object value) {
        response.putHeader(name, value.toString());
    }

    /** Tells a client that asks first (RFC 9110, 10.1.1) to send its body. */
    void goOn() {
        if ("100-continue".equalsIgnoreCase(header("Expect"))) {
            response.writeContinue();
        }
    }

    /**
     * Reads the body until the buffer is full.
     *
     * @return false if the body ended before
     * @throws IOException if the connection broke or the client stalls; what came before is in the
     *     buffer
     */
    boolean receive(Piece into) throws IOException {
        while (into.bytes().hasRemaining()) {
            if (into.left() == null || into.left().length() == 0) {
                var next = next();
                if (next.isEmpty()) {
                    return false;
                }
                into.left(next.get());
            }
            into.take();
        }
        return true;
    }

    private Optional<Buffer> next() throws IOException {
        if (bodyOver) {
            return Optional.empty();
        }
        try {
            var next = body.poll(STALL.toMillis(), TimeUnit.MILLISECONDS);
            if (next == null) {
                throw new IOException("the client sends nothing");
            }
            if (next.isPresent()) {
                letMoreCome();
            } else if (broken) {
                throw new IOException("the client went away");
            } else {
                bodyOver = true;
            }
            return next;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the worker stops", e);
        }
    }

    private void letMoreCome() {
        if (++used == AHEAD / 2) {
            used = 0;
            onItsThread(() -> request.fetch(AHEAD / 2));
        }
    }

    /**
     * A body that has ended may not be touched, which only the thread of the connection can tell.
     */
    private void onItsThread(Runnable ask) {
        context.runOnContext(
                _ -> {
                    if (!request.isEnded()) {
                        ask.run();
                    }
                });
    }

    /**
     * Sends bytes of an answer whose length is told; they are not to be changed until it is done.
     */
    @SuppressWarnings("deprecation") // There is no other way to send a buffer without copying it.
    Future<Void> send(ByteBuffer bytes) {
        return response.write(Buffer.buffer(Unpooled.wrappedBuffer(bytes)));
    }

    /** Waits until the client has taken what it was sent. */
    static void await(Future<Void> sending) throws IOException {
        try {
            sending.toCompletionStage()
                    .toCompletableFuture()
                    .get(STALL.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the client takes nothing", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the worker stops", e);
        }
    }

    /** Begins an answer. */
    void begin(int status) {
        response.setStatusCode(status);
    }

    /** Ends an answer. */
    void end() {
        var _ = response.end();
    }

    /** Answers without a body. */
    void answer(int status) {
        begin(status);
        end();
    }

    /** Answers with JSON. */
    void answer(int status, Object json) {
        begin(status);
        tell("Content-Type", "application/json");
        var _ = response.end(Buffer.buffer(Json.bytes(json)));
    }

    /** Answers with a problem; an answer that has begun is cut off. */
    void refuse(Problem problem) {
        if (response.headWritten() || response.closed()) {
            cut();
            return;
        }
        begin(problem.code().status());
        tell("Content-Type", ProblemBody.MEDIA_TYPE);
        if (problem.code() == ProblemCode.TOKEN_MISSING) {
            tell("WWW-Authenticate", "Bearer");
        }
        if (problem.members().get("size") instanceof Long size) {
            tell("Content-Range", "bytes */" + size);
        }
        var stays = request.isEnded() || bodyOver || isShort();
        if (!stays && isPlain()) {
            tell("Connection", "close");
        }
        var text = Buffer.buffer(Json.bytes(ProblemBody.of(problem)));
        var ended = method().equals("HEAD") ? response.end() : response.end(text);
        if (stays) {
            onItsThread(() -> request.handler(_ -> {}).fetch(Long.MAX_VALUE));
        } else {
            var _ = ended.onComplete(_ -> cut());
        }
    }

    private boolean isShort() {
        var length = request.getHeader("Content-Length");
        return length != null
                && length.length() < 8
                && Long.parseUnsignedLong(length) < READ_OFF
                && !"100-continue".equalsIgnoreCase(header("Expect"));
    }

    /** Whether the connection carries one request at a time. */
    private boolean isPlain() {
        return request.version() != HttpVersion.HTTP_2;
    }

    /** Breaks the answer off, so that the client does not take a part for the whole. */
    void cut() {
        if (isPlain()) {
            var _ = request.connection().close();
        } else {
            response.reset();
        }
    }

    /** A step's worth of a body, with what has come beyond it. */
    static final class Piece {
        private final ByteBuffer bytes;
        private @Nullable Buffer left;
        private int used;

        Piece(ByteBuffer bytes) {
            this.bytes = bytes;
        }

        ByteBuffer bytes() {
            return bytes;
        }

        /** What has come and did not fit in. */
        @Nullable Buffer left() {
            return left;
        }

        private void left(Buffer next) {
            left = next;
            used = 0;
        }

        @SuppressWarnings("deprecation") // There is no other way into memory outside of the heap.
        private void take() {
            if (left != null) {
                var count = Math.min(bytes.remaining(), left.length() - used);
                var from = left.getByteBuf();
                var limit = bytes.limit();
                from.getBytes(from.readerIndex() + used, bytes.limit(bytes.position() + count));
                bytes.limit(limit);
                used += count;
                if (used == left.length()) {
                    left = null;
                }
            }
        }

        /** Whether more has come than was wanted. */
        boolean hasMore() {
            return left != null;
        }
    }
}
