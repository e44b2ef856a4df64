package dev.cistern.cli.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.ArrayOutput;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Json;
import dev.cistern.cli.http.LongPoll;
import dev.cistern.cli.http.Route;
import dev.cistern.cli.text.Printable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code events}. As JSON they are an array, or one a line if they are followed. The cursor goes to
 * standard error at the end, whatever ends it.
 */
@Command(
        name = "events",
        description =
                "Prints the public events, oldest first, and at the end the cursor to go on from.",
        footer = "%nExample: cistern events --follow")
public final class Events extends Verb {
    private static final Duration WAIT = Duration.ofSeconds(30);
    private static final String PREFIX = "dev.cistern.";

    @Option(names = "--follow", description = "goes on with those that come, until interrupted")
    private boolean follow;

    @Option(
            names = "--cursor",
            paramLabel = "CURSOR",
            description = "goes on where an earlier run ended (default: from the oldest kept)")
    private volatile @Nullable String cursor;

    @Override
    protected void run(Session session) throws Failure {
        if (follow) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> tellCursor(session)));
            follow(session);
        } else {
            list(session);
            tellCursor(session);
        }
    }

    /** The first answer must come; after that the server may be away for a while. */
    private void follow(Session session) throws Failure {
        var poll = new LongPoll(session.api());
        var events = next(session);
        while (isWritten(session, events)) {
            events =
                    taken(
                            session,
                            poll.ask(route(), WAIT, answer -> !answer.path("items").isEmpty()));
        }
    }

    /** Writes events, at once; whoever reads them may have gone. */
    private static boolean isWritten(Session session, JsonNode events) {
        for (var event : events) {
            session.out().println(session.json() ? Json.write(event) : line(event));
        }
        return !session.out().checkError();
    }

    private void list(Session session) throws Failure {
        var array = new ArrayOutput(session.out());
        var events = next(session);
        while (!events.isEmpty()) {
            for (var event : events) {
                if (session.json()) {
                    array.add(event);
                } else {
                    session.out().println(line(event));
                }
            }
            events = next(session);
        }
        if (session.json()) {
            array.end();
        }
    }

    private JsonNode next(Session session) throws Failure {
        return taken(session, session.api().getWaiting(route(), Duration.ZERO));
    }

    private Route route() throws Failure {
        return Route.of("events").with("limit", "1000").with("cursor", cursor);
    }

    private JsonNode taken(Session session, JsonNode answer) throws Failure {
        if (!answer.path("items").isArray() || !answer.path("cursor").isTextual()) {
            throw session.api().foreign("events were expected");
        }
        cursor = answer.path("cursor").asText();
        return answer.path("items");
    }

    private void tellCursor(Session session) {
        if (cursor != null) {
            session.err().println("cursor: " + Printable.of(cursor));
            session.err().flush();
        }
    }

    private static String line(JsonNode event) {
        var type = event.path("type").asText();
        var data = event.path("data");
        return Printable.of(
                        "%s  %-20s  %s  %s"
                                .formatted(
                                        event.path("time").asText(),
                                        type.startsWith(PREFIX)
                                                ? type.substring(PREFIX.length())
                                                : type,
                                        data.path("name").asText(event.path("subject").asText()),
                                        data.path("newState").asText("")))
                .stripTrailing();
    }
}
