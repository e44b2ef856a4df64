package dev.cistern.flow;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;

/** A client of one transfer, at the worker that has it. */
record TransferClient(String url, String token) {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /**
     * The client of an operation once a worker has it.
     *
     * @param not the address of a worker that is not meant; empty for any
     */
    static TransferClient of(String operation, String token, Api api, String not) throws Exception {
        var transfer =
                Await.until(
                        "a worker has the transfer",
                        () -> api.get("/v1/volumes/-/transfers/" + operation + "?wait=5s"),
                        answer ->
                                answer.body().hasNonNull("url") && !answer.text("url").equals(not));
        return new TransferClient(transfer.text("url"), token);
    }

    /** Returns the status of the answer. */
    int send(String method, String part, BodyPublisher body, String... headers) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(url + part)).method(method, body);
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HTTP.send(request.build(), BodyHandlers.ofByteArray()).statusCode();
    }

    int get(String... headers) throws Exception {
        return send("GET", "", BodyPublishers.noBody(), headers);
    }

    int finish() throws Exception {
        return send("POST", "/finish", BodyPublishers.noBody());
    }
}
