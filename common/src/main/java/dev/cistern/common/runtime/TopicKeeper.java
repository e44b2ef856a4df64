package dev.cistern.common.runtime;

import dev.cistern.common.message.TopicCatalog;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.jboss.logging.Logger;

/**
 * Makes topics in the background, again and again until Kafka is there; those of a group whose name
 * no topic can have are given up.
 */
public final class TopicKeeper implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(TopicKeeper.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final TopicCatalog catalog;
    private final Admin admin;
    private final Set<String> groups = ConcurrentHashMap.newKeySet();
    private final CountDownLatch created = new CountDownLatch(1);
    private final ExecutorService executor =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("topics-", 0).factory());

    /** A keeper of topics on the cluster that {@code kafka} describes. */
    public TopicKeeper(TopicCatalog.Settings settings, Map<String, Object> kafka) {
        this.catalog = new TopicCatalog(settings);
        this.admin = Admin.create(kafka);
    }

    /** Begins to make the topics that every installation has, and waits a little for them. */
    public void start(Duration wait) {
        executor.execute(
                () -> {
                    untilDone("the topics", () -> catalog.create(admin));
                    created.countDown();
                });
        try {
            if (!created.await(wait.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("Kafka does not answer yet; going on without it until it does");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the topics that every installation has were found or made. */
    public boolean made() {
        return created.getCount() == 0;
    }

    /** Why Kafka cannot be reached; empty if it answers within this time. */
    public Optional<String> whyUnreachable(Duration patience) {
        try {
            var _ =
                    admin.describeCluster()
                            .clusterId()
                            .get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return Optional.empty();
        } catch (TimeoutException _) {
            return Optional.of("no answer within " + patience.toSeconds() + " s");
        } catch (ExecutionException e) {
            return Optional.of(String.valueOf(e.getCause()));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        }
    }

    /** Makes the command topics of a worker group, unless that was done before; returns at once. */
    public void ensureGroup(String group) {
        if (groups.add(group)) {
            executor.execute(
                    () ->
                            untilDone(
                                    "the topics of worker group " + group,
                                    () -> catalog.createGroup(admin, group)));
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
        admin.close(Duration.ofSeconds(1));
    }

    private interface Work {
        void run() throws InterruptedException, ExecutionException;
    }

    private static void untilDone(String what, Work work) {
        try {
            while (true) {
                try {
                    work.run();
                    return;
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof InvalidTopicException) {
                        LOG.errorf("%s cannot be made: %s", what, e.getCause().getMessage());
                        return;
                    }
                    LOG.warnf("%s: %s; trying again", what, e.getCause());
                    TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
