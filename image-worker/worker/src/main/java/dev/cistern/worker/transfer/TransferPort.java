package dev.cistern.worker.transfer;

import dev.cistern.common.problem.Problem;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.worker.execution.DroppedException;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jboss.logging.Logger;

/**
 * Where clients reach the transfers of this worker, below {@code /v1/transfers/}. Who has no right
 * to one costs no thread; bytes are moved on platform threads, of which there are no more than
 * transfers may have connections.
 */
public final class TransferPort implements Handler<HttpServerRequest>, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(TransferPort.class);
    private static final String BEARER = "Bearer ";
    private static final int STATUS_METHOD_NOT_ALLOWED = 405;

    private final Transfers transfers;
    private final Fetching fetching;
    private final Delivery delivery;
    private final ExecutorService threads =
            Executors.newCachedThreadPool(
                    Thread.ofPlatform().name("transfer-", 0).daemon().factory());

    /** A port to these transfers. */
    public TransferPort(Transfers transfers) {
        this.transfers = transfers;
        var buffers = new Buffers();
        this.fetching = new Fetching(buffers);
        this.delivery = new Delivery(buffers);
    }

    /** What a request is about: the transfer itself, or something of it. */
    private record Place(Transfer transfer, String part) {}

    @Override
    public void handle(HttpServerRequest request) {
        var exchange = new Exchange(request);
        try {
            var place = admitted(exchange);
            threads.execute(() -> serve(place, exchange));
        } catch (ProblemException e) {
            exchange.refuse(e.problem());
        }
    }

    private Place admitted(Exchange exchange) {
        var words = exchange.path().replaceFirst(".*" + Transfers.PATH, "");
        var slash = words.indexOf('/');
        var transfer = transfers.get(slash < 0 ? words : words.substring(0, slash));
        var authorization = exchange.header("Authorization");
        if (authorization == null || !authorization.startsWith(BEARER)) {
            throw new ProblemException(
                    ProblemCode.TOKEN_MISSING,
                    "the request has no header 'Authorization: Bearer' with the transfer's token");
        }
        if (!transfer.admits(authorization.substring(BEARER.length()).strip())) {
            throw new ProblemException(
                    ProblemCode.TOKEN_WRONG,
                    "the token is not that of transfer " + transfer.name());
        }
        if (!transfer.connect()) {
            throw new ProblemException(
                    ProblemCode.TOO_MANY_REQUESTS,
                    "transfer %s has as many connections as it may have"
                            .formatted(transfer.name()));
        }
        return new Place(transfer, slash < 0 ? "" : words.substring(slash + 1));
    }

    private void serve(Place place, Exchange exchange) {
        try {
            answer(place, exchange);
        } catch (ProblemException e) {
            exchange.refuse(
                    e.problem().code() == ProblemCode.CANCELLED
                            ? Transfer.over(place.transfer().name()).problem()
                            : e.problem());
        } catch (DroppedException _) {
            exchange.refuse(Transfer.over(place.transfer().name()).problem());
        } catch (IOException e) {
            LOG.debugf(e, "transfer %s", place.transfer().name());
            exchange.refuse(Problem.of(ProblemCode.IO_ERROR, String.valueOf(e.getMessage())));
        } catch (RuntimeException | Error e) {
            LOG.errorf(e, "transfer %s", place.transfer().name());
            exchange.refuse(
                    Problem.of(
                            ProblemCode.INTERNAL,
                            "the worker met a defect of its own, and its log tells more: " + e));
        } finally {
            place.transfer().disconnect();
        }
    }

    private void answer(Place place, Exchange exchange) throws IOException {
        var transfer = place.transfer();
        switch (exchange.method() + " " + place.part()) {
            case "HEAD " -> fetching.head(transfer, exchange);
            case "GET " -> fetching.bytes(transfer, exchange);
            case "GET extents" -> fetching.extents(transfer, exchange);
            case "GET checksum" -> fetching.checksum(transfer, exchange);
            case "PUT " -> delivery.bytes(transfer, exchange);
            case "PATCH " -> delivery.change(transfer, exchange);
            case "POST finish" -> {
                transfer.finish();
                exchange.answer(204);
            }
            default -> refuse(place.part(), exchange);
        }
    }

    private static void refuse(String part, Exchange exchange) {
        var allowed =
                switch (part) {
                    case "" -> "HEAD, GET, PUT, PATCH";
                    case "extents", "checksum" -> "GET";
                    case "finish" -> "POST";
                    default ->
                            throw new ProblemException(
                                    ProblemCode.TRANSFER_NOT_FOUND,
                                    "a transfer has extents, checksum and finish, but no '%s'"
                                            .formatted(part));
                };
        exchange.tell("Allow", allowed);
        exchange.answer(STATUS_METHOD_NOT_ALLOWED);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
