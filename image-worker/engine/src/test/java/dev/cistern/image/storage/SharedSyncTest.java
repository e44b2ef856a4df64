package dev.cistern.image.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedSyncTest {
    private static final int FOLLOWERS = 8;

    private final AtomicInteger syncs = new AtomicInteger();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    private final FileStatus folder;

    SharedSyncTest(@TempDir Path path) throws IOException {
        try (var opened = Directory.open(path)) {
            folder = opened.status();
        }
    }

    private void count() {
        syncs.incrementAndGet();
    }

    private Void countSlowly() throws IOException {
        SharedSync.of(
                folder,
                () -> {
                    count();
                    begun.countDown();
                    await(goOn);
                });
        return null;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitWaiting(List<Thread> threads) {
        while (threads.stream().anyMatch(thread -> thread.getState() != Thread.State.WAITING)) {
            Thread.onSpinWait();
        }
    }

    @Test
    void whoeverAsksWhileItIsDoneSharesTheNext() throws Exception {
        var followers = new ArrayList<Thread>();
        try (var executor = Executors.newCachedThreadPool()) {
            var first = executor.submit(this::countSlowly);
            begun.await();
            var all = new ArrayList<Future<?>>(List.of(first));
            for (var follower = 0; follower < FOLLOWERS; follower++) {
                all.add(executor.submit(() -> follow(followers)));
            }
            while (size(followers) < FOLLOWERS) {
                Thread.onSpinWait();
            }
            awaitWaiting(followers);
            goOn.countDown();
            for (var one : all) {
                one.get();
            }
        }

        assertThat(syncs).hasValue(2);
    }

    private Void follow(List<Thread> followers) throws IOException {
        synchronized (followers) {
            followers.add(Thread.currentThread());
        }
        SharedSync.of(folder, this::count);
        return null;
    }

    private static int size(List<Thread> threads) {
        synchronized (threads) {
            return threads.size();
        }
    }

    @Test
    void oneThatFailsServesNobodyElse() throws Exception {
        var followers = new ArrayList<Thread>();
        try (var executor = Executors.newCachedThreadPool()) {
            var failing =
                    executor.submit(
                            () -> {
                                SharedSync.of(
                                        folder,
                                        () -> {
                                            begun.countDown();
                                            await(goOn);
                                            throw new IOException("the disk is gone");
                                        });
                                return null;
                            });
            begun.await();
            var following = executor.submit(() -> follow(followers));
            while (size(followers) == 0) {
                Thread.onSpinWait();
            }
            awaitWaiting(followers);
            goOn.countDown();

            assertThatThrownBy(failing::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasRootCauseMessage("the disk is gone");
            following.get();
        }
        assertThat(syncs).hasValue(1);
    }

    @Test
    void onesAfterAnotherAreDoneEach() throws Exception {
        SharedSync.of(folder, this::count);
        SharedSync.of(folder, this::count);

        assertThat(syncs).hasValue(2);
    }
}
