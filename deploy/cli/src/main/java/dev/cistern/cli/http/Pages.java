package dev.cistern.cli.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** Lists that come page by page. */
public final class Pages {
    private static final int PAGE = 100;

    private final Api api;

    public Pages(Api api) {
        this.api = api;
    }

    /** Every item of a list. */
    public List<JsonNode> all(Route list) throws Failure {
        return first(list, Integer.MAX_VALUE);
    }

    /** The first items of a list, at most {@code limit}. */
    public List<JsonNode> first(Route list, int limit) throws Failure {
        var items = new ArrayList<JsonNode>();
        var cursor = "";
        while (items.size() < limit) {
            var page = page(list, Math.min(PAGE, limit - items.size()), cursor);
            page.path("items").forEach(items::add);
            var next = page.path("next").asText("");
            if (next.isEmpty() || next.equals(cursor)) {
                break;
            }
            cursor = next;
        }
        return items;
    }

    private JsonNode page(Route list, int size, String cursor) throws Failure {
        var route = list.with("limit", Integer.toString(size));
        return api.get(cursor.isEmpty() ? route : route.with("cursor", cursor)).json();
    }
}
