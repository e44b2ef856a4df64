package dev.cistern.cli.transfer;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.text.ProgressBar;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Several connections that share the pieces of one transfer, while someone may watch. */
final class Crew {
    private static final Duration LOOK = Duration.ofMillis(200);

    private final Session session;
    private final String what;
    private final long total;
    private final AtomicLong done = new AtomicLong();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

    /**
     * A crew.
     *
     * @param what it does, for who watches
     * @param total bytes
     */
    Crew(Session session, String what, long total) {
        this.session = session;
        this.what = what;
        this.total = total;
    }

    /** Bytes are where they belong. */
    void moved(long bytes) {
        done.addAndGet(bytes);
    }

    /** Whether one has failed, so that the others need not go on. */
    boolean hasFailed() {
        return failure.get() != null;
    }

    /**
     * Has several do the same work until there is none left.
     *
     * @throws Failure of the one that failed first
     */
    void run(int connections, Callable<?> work) throws Failure {
        var end = new CountDownLatch(connections);
        var threads = new ArrayList<Thread>();
        for (var number = 0; number < connections; number++) {
            threads.add(Thread.ofVirtual().start(() -> run(work, end)));
        }
        try (var bar = session.progress()) {
            while (!end.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                bar.show(what, new ProgressBar.Figures(done.get(), total, 0, -1));
            }
        } catch (InterruptedException e) {
            threads.forEach(Thread::interrupt);
            Thread.currentThread().interrupt();
            throw new Failure.Interrupted();
        }
        throwFailure();
    }

    private void run(Callable<?> work, CountDownLatch end) {
        try {
            var _ = work.call();
        } catch (Exception e) {
            failure.compareAndSet(null, e);
        } finally {
            end.countDown();
        }
    }

    private void throwFailure() throws Failure {
        switch (failure.get()) {
            case null -> {}
            case Failure known -> throw known;
            case RuntimeException defect -> throw defect;
            case Exception other ->
                    throw new Failure.Local("%s: %s".formatted(what, other.getMessage()));
        }
    }
}
