package dev.cistern.cli.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** A list that comes page by page; no more than a page of it is held. */
public final class Pages {
    private static final String SIZE = "500";

    private final Api api;
    private final Route list;
    private final Deque<JsonNode> page = new ArrayDeque<>();
    private @Nullable String cursor;
    private boolean ended;

    /** The list at that route, from its beginning; nothing is asked for yet. */
    public Pages(Api api, Route list) {
        this.api = api;
        this.list = list;
    }

    /** The next item without taking it, or null at the end. */
    public @Nullable JsonNode peek() throws Failure {
        while (page.isEmpty() && !ended) {
            read();
        }
        return page.peek();
    }

    /** The next item, or null at the end. */
    public @Nullable JsonNode next() throws Failure {
        var item = peek();
        page.poll();
        return item;
    }

    private void read() throws Failure {
        var answer = api.get(list.with("limit", SIZE).with("cursor", cursor));
        if (!answer.path("items").isArray()) {
            throw api.foreign("a list was expected");
        }
        answer.path("items").forEach(page::add);
        var next = answer.path("next").asText("");
        ended = next.isEmpty() || next.equals(cursor);
        cursor = next;
    }
}
