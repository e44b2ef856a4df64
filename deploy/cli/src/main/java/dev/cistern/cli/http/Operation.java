package dev.cistern.cli.http;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * An operation as its service last reported it.
 *
 * @param kind for example {@code CreateVolume}
 * @param targetType {@code pool} or {@code volume}
 * @param bytesTotal 0 as long as nobody knows
 * @param body the whole representation
 */
public record Operation(
        String id,
        String kind,
        String targetType,
        String targetName,
        String state,
        boolean done,
        String stage,
        long bytesDone,
        long bytesTotal,
        JsonNode body) {

    public static Operation of(JsonNode body) {
        var target = body.path("target");
        var progress = body.path("progress");
        return new Operation(
                body.path("id").asText(""),
                body.path("kind").asText(""),
                target.path("type").asText(""),
                target.path("name").asText(target.path("id").asText("")),
                body.path("state").asText(""),
                body.path("done").asBoolean(false),
                body.path("stage").asText(""),
                progress.path("bytesDone").asLong(0),
                progress.path("bytesTotal").asLong(0),
                body);
    }

    /** Where the operation can be asked for by its id alone. */
    public Route route() throws Failure {
        return Route.of(targetType.equals("pool") ? "pools" : "volumes", "-", "operations", id);
    }

    public boolean hasSucceeded() {
        return state.equals("succeeded");
    }

    /** Why the operation has not succeeded. */
    public Problem problem() {
        return Problem.of(body.path("problem"), "the operation has %s".formatted(ending()));
    }

    /** How many hundredths are done, or −1 if that is not known. */
    public int percent() {
        return bytesTotal <= 0 ? -1 : (int) (100.0 * Math.min(bytesDone, bytesTotal) / bytesTotal);
    }

    private String ending() {
        return state.equals("cancelled") ? "been cancelled" : "failed";
    }
}
