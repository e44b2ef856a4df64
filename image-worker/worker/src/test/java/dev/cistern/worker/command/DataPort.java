package dev.cistern.worker.command;

import dev.cistern.worker.transfer.TransferPort;
import dev.cistern.worker.transfer.Transfers;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;

/** An HTTP server for the transfers of a worker that has no Quarkus around it. */
final class DataPort implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx();
    private final TransferPort port;
    private final HttpServer server;

    DataPort(Transfers transfers) {
        port = new TransferPort(transfers);
        server =
                vertx.createHttpServer()
                        .requestHandler(port)
                        .listen(0, "localhost")
                        .toCompletionStage()
                        .toCompletableFuture()
                        .join();
    }

    String url() {
        return "http://localhost:" + server.actualPort();
    }

    @Override
    public void close() {
        port.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
