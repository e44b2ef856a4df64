package dev.cistern.soak.service;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A user who asks for whatever comes to mind, one request after the other. */
final class Client implements Runnable {
    private static final int PAUSE_MILLIS = 100;
    private static final int RETRY_MILLIS = 200;
    private static final int UNAVAILABLE = 503;
    private static final int TOO_MANY = 429;

    private final Api api;
    private final Names names;
    private final List<Verb> verbs;
    private final RandomGenerator random;
    private final Tally tally;
    private final BooleanSupplier over;
    private String operation = UUID.randomUUID().toString();

    /**
     * A client.
     *
     * @param verbs among which it chooses; one that is there twice comes twice as often
     * @param over when it is to stop
     */
    Client(
            Api api,
            Names names,
            List<Verb> verbs,
            RandomGenerator random,
            Tally tally,
            BooleanSupplier over) {
        this.api = api;
        this.names = names;
        this.verbs = verbs;
        this.random = random;
        this.tally = tally;
        this.over = over;
    }

    @Override
    public void run() {
        try {
            while (!over.getAsBoolean()) {
                ask(verbs.get(random.nextInt(verbs.size())));
                TimeUnit.MILLISECONDS.sleep(random.nextInt(PAUSE_MILLIS));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void ask(Verb verb) throws InterruptedException {
        var path = verb.path(names, names.reference(random), operation, random);
        var body = verb.body(names, random);
        var answer = untilAnswered(verb, path, body);
        if (answer == null) {
            return;
        }
        tally.answered(verb, path, answer);
        if (answer.accepted()) {
            operation = answer.text("id");
        }
    }

    /** Sends it again with its key while nobody answers, or the answer is to try again. */
    private Api.@Nullable Answer untilAnswered(
            Verb verb, String path, @Nullable Map<String, ?> body) throws InterruptedException {
        var key = new UUID(random.nextLong(), random.nextLong());
        while (true) {
            try {
                var answer = api.change(verb.method(), path, body, key);
                if (answer.status() != UNAVAILABLE && answer.status() != TOO_MANY) {
                    return answer;
                }
                tally.refusedForNow(answer);
            } catch (IOException e) {
                tally.lost(e);
            }
            if (over.getAsBoolean()) {
                return null;
            }
            TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
        }
    }
}
