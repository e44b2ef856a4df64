package dev.cistern.pool;

import dev.cistern.common.message.Heartbeat;
import dev.cistern.common.operation.Transactions;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** The worker nodes, as their heartbeats tell. */
@Singleton
public class Nodes implements PanacheRepositoryBase<Node, String> {
    /** The table need not follow every beat. */
    private static final Duration WRITE_EVERY = Duration.ofSeconds(3);

    private final Transactions transactions = new Transactions();
    private final Map<String, Written> written = new ConcurrentHashMap<>();

    private record Written(UUID incarnation, long at) {
        boolean suffices(Heartbeat heartbeat, long now) {
            return incarnation.equals(heartbeat.incarnation()) && now - at < WRITE_EVERY.toNanos();
        }
    }

    /** Takes note of a heartbeat, in a transaction of its own when there is something to write. */
    public void heard(Heartbeat heartbeat) {
        var now = System.nanoTime();
        var last = written.get(heartbeat.worker());
        if (last != null && last.suffices(heartbeat, now)) {
            return;
        }
        transactions.run(
                () ->
                        findByIdOptional(heartbeat.worker())
                                .ifPresentOrElse(
                                        node -> node.heard(heartbeat, Instant.now()),
                                        () -> persist(new Node(heartbeat, Instant.now()))));
        written.put(heartbeat.worker(), new Written(heartbeat.incarnation(), now));
    }

    /** All nodes by name. */
    public List<Node> all() {
        return list("order by name");
    }

    /**
     * A node.
     *
     * @throws ProblemException if none of that name has been heard of
     */
    public Node get(String name) {
        return findByIdOptional(name)
                .orElseThrow(
                        () ->
                                new ProblemException(
                                        ProblemCode.NODE_NOT_FOUND,
                                        "no worker node '%s' has been heard of".formatted(name)));
    }

    /**
     * Takes a node off the list, until it is heard of again.
     *
     * @throws ProblemException if none of that name has been heard of
     */
    public Node forget(String name) {
        var node = get(name);
        delete(node);
        written.remove(name);
        return node;
    }

    /**
     * The worker group that a pool belongs to when its definition names none.
     *
     * @throws ProblemException unless there is exactly one
     */
    public String onlyGroup() {
        var groups = new TreeSet<String>();
        all().forEach(node -> groups.addAll(node.groups()));
        return switch (groups.size()) {
            case 0 ->
                    throw new ProblemException(
                            ProblemCode.UNAVAILABLE,
                            "no worker node has been heard of yet: start an image-worker, or wait for it");
            case 1 -> groups.first();
            default ->
                    throw new ProblemException(
                            ProblemCode.INVALID_REQUEST,
                            "the pool names no node, and there are several: define it again with one of %s"
                                    .formatted(groups));
        };
    }
}
