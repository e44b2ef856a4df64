package dev.cistern.soak.service;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Ends processes as kill -9 does, one after the other. */
final class Killer implements Runnable {
    private static final int SHORTEST_SECONDS = 5;
    private static final int LONGEST_SECONDS = 25;

    private final Up up;
    private final RandomGenerator random;
    private final BooleanSupplier over;
    private int kills;
    private int databaseKills;
    private @Nullable IOException failure;

    Killer(Up up, RandomGenerator random, BooleanSupplier over) {
        this.up = up;
        this.random = random;
        this.over = over;
    }

    @Override
    public void run() {
        try {
            while (!over.getAsBoolean()) {
                TimeUnit.SECONDS.sleep(random.nextInt(SHORTEST_SECONDS, LONGEST_SECONDS));
                kill();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            failure = e;
        }
    }

    private void kill() throws IOException, InterruptedException {
        if (random.nextInt(3) == 0) {
            up.killDatabase();
            databaseKills++;
        } else {
            up.killAndStart();
            kills++;
        }
    }

    /** Of services, worker and Kafka together. */
    int kills() {
        return kills;
    }

    int databaseKills() {
        return databaseKills;
    }

    /** Why it could not go on, or null. */
    @Nullable IOException failure() {
        return failure;
    }
}
