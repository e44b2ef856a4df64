package dev.cistern.flow;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Asks a service how it is. */
final class Health {
    private Health() {}

    static boolean ready(URI service) throws InterruptedException {
        var question =
                HttpRequest.newBuilder(service.resolve("/q/health/ready"))
                        .timeout(Duration.ofSeconds(5))
                        .build();
        try (var http = HttpClient.newHttpClient()) {
            return http.send(question, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException _) {
            return false;
        }
    }
}
