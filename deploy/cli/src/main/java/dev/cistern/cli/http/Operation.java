package dev.cistern.cli.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;

/**
 * An operation as its service last reported it.
 *
 * @param service {@code pools} or {@code volumes}: where it can be asked for. That is not always
 *     what its target is: volume-service, too, does some work on whole pools.
 * @param kind for example {@code CreateVolume}
 * @param targetType {@code pool} or {@code volume}
 * @param bytesTotal 0 as long as nobody knows
 * @param bytesPerSecond 0 while unknown
 * @param secondsLeft at that rate; below 0 while unknown
 * @param body the whole representation
 */
public record Operation(
        String service,
        String id,
        String kind,
        String targetType,
        String targetName,
        String state,
        boolean done,
        String stage,
        long bytesDone,
        long bytesTotal,
        long bytesPerSecond,
        long secondsLeft,
        JsonNode body) {

    /** Reads the answer to a request for work: it comes from the service of its target. */
    public static Operation of(JsonNode body) {
        return of(
                body,
                body.path("target").path("type").asText("").equals("pool") ? "pools" : "volumes");
    }

    /** Reads a representation that came from this service. */
    public static Operation of(JsonNode body, String service) {
        var target = body.path("target");
        var progress = body.path("progress");
        return new Operation(
                service,
                body.path("id").asText(""),
                body.path("kind").asText(""),
                target.path("type").asText(""),
                target.path("name").asText(target.path("id").asText("")),
                body.path("state").asText(""),
                body.path("done").asBoolean(false),
                body.path("stage").asText(""),
                progress.path("bytesDone").asLong(0),
                progress.path("bytesTotal").asLong(0),
                progress.path("bytesPerSecond").asLong(0),
                progress.path("secondsLeft").asLong(-1),
                body);
    }

    /** Where the operation can be asked for by its id alone. */
    public Route route() throws Failure {
        return Route.of(service, "-", "operations", id);
    }

    /** The operation that it waits for, in words; empty for none. */
    public String waitsFor() {
        var ahead = body.path("waitsFor");
        return ahead.isMissingNode()
                ? ""
                : "%s %s".formatted(ahead.path("kind").asText(""), ahead.path("id").asText(""));
    }

    /** Whether it has ended as it should. */
    public boolean hasSucceeded() {
        return state.equals("succeeded");
    }

    /** Whether it was ended early. */
    public boolean wasCancelled() {
        return state.equals("cancelled");
    }

    /** Whether it says why it has not succeeded. */
    public boolean hasProblem() {
        return body.hasNonNull("problem");
    }

    /** Why the operation has not succeeded. */
    public Problem problem() {
        return Problem.of(
                body.path("problem"),
                wasCancelled() ? "The operation was cancelled" : "The operation failed");
    }

    /** When it was accepted; long ago if that cannot be told. */
    public Instant createdAt() {
        try {
            return Instant.parse(body.path("createdAt").asText(""));
        } catch (DateTimeException _) {
            return Instant.EPOCH;
        }
    }
}
