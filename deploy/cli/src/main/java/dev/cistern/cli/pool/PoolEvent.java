package dev.cistern.cli.pool;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Json;
import dev.cistern.cli.http.LongPoll;
import dev.cistern.cli.http.Route;
import dev.cistern.cli.text.Printable;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pool-event}: what happens to pools from now on, in virsh's words. */
@Command(
        name = "pool-event",
        description = "Waits for the next event of a pool and prints it.",
        footer = "%nExample: cistern pool-event --pool images --loop --timestamp")
public final class PoolEvent extends Verb {
    private static final String PREFIX = "dev.cistern.pool.";
    private static final Duration WAIT = Duration.ofSeconds(30);

    /** libvirt has two kinds of events of pools; what it does not know is of the first. */
    private static final Map<String, String> KINDS =
            Map.of("refreshed", "refresh", "lowspace", "lowspace", "adjusted", "adjusted");

    private static final Map<String, String> WORDS = Map.of("built", "Created");

    @Option(names = "--pool", paramLabel = "POOL", description = "only of this pool, by name or id")
    private String pool = "";

    @Option(
            names = "--event",
            paramLabel = "KIND",
            description = "only of this kind: lifecycle, refresh, lowspace or adjusted")
    private String kind = "";

    @Option(names = "--loop", description = "goes on until interrupted, or the time is over")
    private boolean loop;

    @Option(names = "--timeout", paramLabel = "TIME", description = "ends after this time")
    private @Nullable Duration timeout;

    @Option(names = "--timestamp", description = "with the time of each event")
    private boolean timestamp;

    @Option(names = "--list", description = "lists the kinds of events, and no events")
    private boolean list;

    private long until = Long.MAX_VALUE;
    private @Nullable String cursor;

    @Override
    protected void run(Session session) throws Failure {
        if (list) {
            session.out().println("lifecycle\nrefresh\nlowspace\nadjusted");
            return;
        }
        if (timeout != null) {
            until = System.nanoTime() + timeout.toNanos();
        }
        skipPast(session);
        var seen = 0;
        while ((loop || seen == 0) && !isOver()) {
            seen += print(session, next(session));
        }
        if (!session.json()) {
            session.err().println("events received: " + seen);
        }
    }

    private boolean isOver() {
        return timeout != null && System.nanoTime() - until >= 0;
    }

    /** What was before is not told. */
    private void skipPast(Session session) throws Failure {
        var events = session.api().getWaiting(route(), Duration.ZERO);
        cursor = events.path("cursor").asText();
        while (!events.path("items").isEmpty()) {
            events = session.api().getWaiting(route(), Duration.ZERO);
            cursor = events.path("cursor").asText();
        }
    }

    private JsonNode next(Session session) throws Failure {
        var left = timeout == null ? WAIT : Duration.ofNanos(until - System.nanoTime());
        var wait = Duration.ofSeconds(Math.clamp(left.toSeconds(), 1, WAIT.toSeconds()));
        var events =
                new LongPoll(session.api())
                        .ask(route(), wait, answer -> !answer.path("items").isEmpty());
        cursor = events.path("cursor").asText();
        return events.path("items");
    }

    private Route route() throws Failure {
        return Route.of("events").with("limit", "1000").with("cursor", cursor);
    }

    private int print(Session session, JsonNode events) {
        var printed = 0;
        for (var event : events) {
            if (isWanted(event) && (loop || printed == 0)) {
                session.out()
                        .println(session.json() ? Json.write(event) : Printable.of(line(event)));
                session.out().flush();
                printed++;
            }
        }
        return printed;
    }

    private boolean isWanted(JsonNode event) {
        var data = event.path("data");
        return event.path("type").asText().startsWith(PREFIX)
                && (pool.isEmpty()
                        || pool.equals(data.path("name").asText())
                        || pool.equals(data.path("poolId").asText()))
                && (kind.isEmpty() || kind.equals(kind(verb(event))));
    }

    private static String verb(JsonNode event) {
        var name = event.path("type").asText().substring(PREFIX.length());
        return name.contains(".") ? name.substring(0, name.indexOf('.')) : name;
    }

    private static String kind(String verb) {
        return KINDS.getOrDefault(verb, "lifecycle");
    }

    private String line(JsonNode event) {
        var verb = verb(event);
        var head =
                "event '%s' for storage pool %s"
                        .formatted(kind(verb), event.path("data").path("name").asText());
        var time = timestamp ? event.path("time").asText() + ": " : "";
        return kind(verb).equals("lifecycle")
                ? time + head + ": " + WORDS.getOrDefault(verb, capital(verb))
                : time + head;
    }

    private static String capital(String verb) {
        return verb.substring(0, 1).toUpperCase(Locale.ROOT) + verb.substring(1);
    }
}
