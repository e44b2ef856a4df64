package dev.cistern.pool.rest;

import dev.cistern.common.http.Page;
import dev.cistern.common.http.Waiting;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The public events, for those who do not read Kafka. */
@Path("/v1/events")
@RunOnVirtualThread
public class EventResource {
    private final EventReader reader;

    EventResource(@Identifier("default-kafka-broker") Map<String, Object> kafka) {
        reader = new EventReader(kafka);
    }

    /** Events after the cursor; without one, from the oldest that Kafka has kept. */
    @GET
    public EventReader.Events list(
            @QueryParam("cursor") @Nullable String cursor,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("wait") @Nullable String wait) {
        return reader.read(
                EventCursor.parse(cursor),
                Page.Cursor.parse(null, limit).limit(),
                Waiting.parameter(wait));
    }
}
