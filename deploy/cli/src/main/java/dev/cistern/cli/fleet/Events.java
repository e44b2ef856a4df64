package dev.cistern.cli.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Json;
import dev.cistern.cli.http.Route;
import dev.cistern.cli.text.Printable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code events}. With {@code -o json}, one event a line. */
@Command(
        name = "events",
        description = "Prints the public events, oldest first.",
        footer = "%nExample: cistern events --follow")
public final class Events extends Verb {
    private static final Duration WAIT = Duration.ofSeconds(20);

    @Option(names = "--follow", description = "goes on with those that come")
    private boolean follow;

    @Option(
            names = "--cursor",
            paramLabel = "CURSOR",
            description = "goes on where an earlier run ended")
    private @Nullable String cursor;

    @Override
    protected void run(Session session) throws Failure {
        while (true) {
            var route = Route.of("events").with("limit", "1000").with("cursor", cursor);
            var page = session.api().getWaiting(route, follow ? WAIT : Duration.ZERO).json();
            page.path("items").forEach(event -> print(session, event));
            session.out().flush();
            var next = page.path("cursor").asText("");
            var atEnd = page.path("items").isEmpty();
            cursor = next;
            if (atEnd && !follow) {
                session.err().println("cursor: " + next);
                return;
            }
        }
    }

    private static void print(Session session, JsonNode event) {
        if (session.json()) {
            session.out().println(Json.write(event));
            return;
        }
        var data = event.path("data");
        session.out()
                .println(
                        Printable.of(
                                "%s  %-32s %s  %s"
                                        .formatted(
                                                event.path("time").asText(),
                                                event.path("type")
                                                        .asText()
                                                        .replace("dev.cistern.", ""),
                                                data.path("name")
                                                        .asText(event.path("subject").asText()),
                                                data.path("newState").asText(""))));
    }
}
