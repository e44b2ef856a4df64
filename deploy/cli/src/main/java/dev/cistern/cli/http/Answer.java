package dev.cistern.cli.http;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What came back for a request that succeeded.
 *
 * @param text the body as it was sent
 * @param location of the operation, or empty
 */
public record Answer(String text, String location) {

    /**
     * The body as a tree.
     *
     * @throws Failure.Unreachable if it is not JSON
     */
    public JsonNode json() throws Failure {
        return Json.read(text);
    }
}
