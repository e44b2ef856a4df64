package dev.cistern.standalone;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** What the services answer when asked whether they are ready, over HTTP as anyone would. */
final class Readiness {
    private static final long PAUSE_MILLIS = 25;

    private final HttpRequest question;
    private String lastAnswer = "no answer";

    Readiness(URI address) {
        this.question = HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(5)).build();
    }

    /** True once they are, false if they are not by the limit. */
    boolean await(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        try (HttpClient client = HttpClient.newHttpClient()) {
            while (!isReady(client)) {
                if (System.nanoTime() > deadline) {
                    return false;
                }
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
            return true;
        }
    }

    /** The body of the last answer in one line, or why there was none. */
    String lastAnswer() {
        return lastAnswer;
    }

    private boolean isReady(HttpClient client) throws InterruptedException {
        try {
            HttpResponse<String> answer = client.send(question, BodyHandlers.ofString());
            lastAnswer = answer.body().replaceAll("\\s+", " ");
            return answer.statusCode() == 200;
        } catch (IOException e) {
            lastAnswer = e.toString();
            return false;
        }
    }
}
