package dev.cistern.common.health;

import dev.cistern.common.runtime.ChannelLag.Reading;
import dev.cistern.common.runtime.Service;
import java.time.Duration;
import java.util.TreeSet;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;

/** How one service is. Each check names what is wrong, and what that means. */
final class ServiceHealth {
    private static final Duration STUCK = Duration.ofSeconds(30);
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Service service;

    ServiceHealth(Service service) {
        this.service = service;
    }

    /** Down when a thread has ended that should run for ever: only a restart helps. */
    HealthCheckResponse threads() {
        var relay = service.runtime().foundation().relayAlive();
        var watchdog = service.runtime().watchdog().alive();
        return check("threads")
                .withData("relay", relay)
                .withData("watchdog", watchdog)
                .status(relay && watchdog)
                .build();
    }

    /** Down when requests are refused for want of the database. */
    HealthCheckResponse database() {
        var check = check("database");
        try {
            service.runtime().foundation().jdbi().useHandle(handle -> handle.execute("select 1"));
            return check.up().build();
        } catch (RuntimeException e) {
            return check.down()
                    .withData(
                            "reason",
                            "PostgreSQL does not answer, so requests are refused: " + firstLine(e))
                    .build();
        }
    }

    /** Down until the topics that every installation has are there. */
    HealthCheckResponse topics() {
        var check = check("topics");
        return service.topics().made()
                ? check.up().build()
                : check.down()
                        .withData("reason", "the topics are not made yet: Kafka does not answer")
                        .build();
    }

    /** Down when Kafka does not answer: requests are accepted, and wait. */
    HealthCheckResponse kafka() {
        var check = check("Kafka");
        return service.topics()
                .whyUnreachable(PATIENCE)
                .map(
                        why ->
                                check.down()
                                        .withData(
                                                "reason",
                                                "Kafka does not answer, so what is accepted waits in the outbox: "
                                                        + why))
                .orElseGet(check::up)
                .build();
    }

    /** Down when the way from the database to Kafka makes no progress. */
    HealthCheckResponse relay() {
        var idle = service.runtime().foundation().sinceLastRelay();
        var check = check("relay").withData("secondsSinceRelay", idle.toSeconds());
        return idle.compareTo(STUCK) < 0
                ? check.up().build()
                : check.down()
                        .withData(
                                "reason",
                                "the outbox is not carried to Kafka: the database or the broker does not answer")
                        .build();
    }

    /** Down when a channel from Kafka is not read. */
    HealthCheckResponse channels() {
        var check = check("channels");
        var readings = service.lag().readings();
        readings.forEach((channel, reading) -> check.withData(channel, words(reading)));
        return check.status(readings.values().stream().allMatch(Reading::reads)).build();
    }

    private static String words(Reading reading) {
        if (!reading.reads()) {
            return "has stopped: nothing reads it any more";
        }
        return reading.behind().isPresent()
                ? reading.behind().getAsLong() + " messages behind"
                : "no partition is assigned";
    }

    /** Down when a worker group that a pool needs has no worker that is heard of. */
    HealthCheckResponse workerGroups() {
        var check = check("worker groups");
        var watchdog = service.runtime().watchdog();
        check.withData("commandsSentAgain", watchdog.sentAgain());
        check.withData("operationsSweptUp", watchdog.sweptUp());
        try {
            var silent = new TreeSet<>(service.groupsInUse());
            silent.removeIf(watchdog::hears);
            silent.forEach(
                    group -> check.withData(group, "no worker is heard of, so its commands wait"));
            return check.status(silent.isEmpty()).build();
        } catch (RuntimeException e) {
            return check.down()
                    .withData(
                            "reason",
                            "which groups are needed is not known, PostgreSQL does not answer: "
                                    + firstLine(e))
                    .build();
        }
    }

    private HealthCheckResponseBuilder check(String what) {
        return HealthCheckResponse.named(service.name() + " " + what);
    }

    private static String firstLine(RuntimeException failure) {
        return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    }
}
