package dev.cistern.soak.service;

import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** What all clients have done and been told. Thread-safe. */
final class Tally {
    private static final int SERVER_ERROR = 500;
    private static final Set<Integer> ALLOWED = Set.of(503, 507, 504);

    private final Map<String, Map<String, AtomicLong>> requests = new ConcurrentHashMap<>();
    private final Map<String, String> accepted = new ConcurrentHashMap<>();
    private final Collection<String> violations = new ConcurrentLinkedQueue<>();
    private final AtomicLong lost = new AtomicLong();
    private final AtomicLong refusedForNow = new AtomicLong();

    /** A request had its answer. */
    void answered(Verb verb, String path, Api.Answer answer) {
        var outcome =
                answer.status() < 300
                        ? Integer.toString(answer.status())
                        : answer.status() + " " + answer.text("code");
        requests.computeIfAbsent(verb.name(), _ -> new ConcurrentHashMap<>())
                .computeIfAbsent(outcome, _ -> new AtomicLong())
                .incrementAndGet();
        if (answer.accepted()) {
            accepted.put(answer.text("id"), path);
        } else if (answer.status() >= SERVER_ERROR && !ALLOWED.contains(answer.status())) {
            violations.add("%s %s is answered %s".formatted(verb.method(), path, answer));
        }
    }

    /** No answer came, and the request is sent again. */
    void lost(IOException reason) {
        lost.incrementAndGet();
    }

    /** A part of Cistern was away, and the request is sent again. */
    void refusedForNow(Api.Answer answer) {
        refusedForNow.incrementAndGet();
    }

    /** Operations that clients know to be accepted, each with the path of its request. */
    Map<String, String> accepted() {
        return Map.copyOf(accepted);
    }

    Collection<String> violations() {
        return violations;
    }

    /** Requests by verb and answer. */
    Map<String, Map<String, Long>> requests() {
        var counts = new TreeMap<String, Map<String, Long>>();
        requests.forEach(
                (verb, outcomes) -> {
                    var byOutcome = new TreeMap<String, Long>();
                    outcomes.forEach((outcome, count) -> byOutcome.put(outcome, count.get()));
                    counts.put(verb, byOutcome);
                });
        return counts;
    }

    long connectionsLost() {
        return lost.get();
    }

    long timesUnavailable() {
        return refusedForNow.get();
    }
}
