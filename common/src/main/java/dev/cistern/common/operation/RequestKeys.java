package dev.cistern.common.operation;

import dev.cistern.common.message.Json;
import dev.cistern.common.operation.NewOperation.Requester;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.common.sql.Columns;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * The keys by which callers make requests repeatable. A key is written in the transaction of the
 * request's effect, so there is one exactly when there is the other; what is refused leaves none.
 */
public final class RequestKeys {
    private final Jdbi jdbi;

    RequestKeys(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * What was answered to the first request with a key.
     *
     * @param operation accepted or cancelled by it, shown as it is now; or null
     * @param location of what it made, if that is no operation
     * @param body of the answer, JSON, if that is no operation
     */
    public record Answer(
            String fingerprint,
            int status,
            @Nullable UUID operation,
            @Nullable String location,
            @Nullable String body) {}

    /** What was answered to this key before. */
    public Optional<Answer> find(String tenant, String key) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "select * from request_key where tenant = :tenant and key = :key")
                                .bind("tenant", tenant)
                                .bind("key", key)
                                .map(
                                        (row, _) ->
                                                new Answer(
                                                        row.getString("fingerprint"),
                                                        row.getInt("status"),
                                                        row.getObject("operation", UUID.class),
                                                        row.getString("location"),
                                                        row.getString("answer")))
                                .findOne());
    }

    /**
     * Notes that a request had its effect; without a key, nothing.
     *
     * @param status of the answer, which shows the operation
     * @throws ProblemException if the key was used meanwhile, which is to roll the transaction back
     */
    public void note(Requester requester, int status, UUID operation) {
        var key = requester.terms().key();
        if (key != null) {
            insert(
                    requester.tenant(),
                    key,
                    new Answer(key.fingerprint(), status, operation, null, null));
        }
    }

    /**
     * The same for several requests that were accepted together.
     *
     * @param accepted by the ids of the operations that they led to
     * @param status of the answers, each of which shows the operation
     * @throws ProblemException if one of the keys was used meanwhile, or two of the requests have
     *     the same, which is to roll the transaction back
     */
    void note(Map<UUID, NewOperation> accepted, int status) {
        var keyed =
                accepted.entrySet().stream()
                        .flatMap(one -> Keyed.of(one.getKey(), one.getValue().requester()))
                        .sorted(Comparator.comparing(Keyed::tenant).thenComparing(Keyed::name))
                        .toList();
        if (keyed.isEmpty()) {
            return;
        }
        var noted =
                jdbi.withHandle(
                        handle ->
                                handle.createQuery(
                                                "insert into request_key (tenant, key, fingerprint, status, operation)"
                                                        + " select k.tenant, k.key, k.fingerprint, :status, k.operation"
                                                        + " from unnest(:tenants, :keys, :fingerprints, :operations)"
                                                        + " as k (tenant, key, fingerprint, operation)"
                                                        + " on conflict do nothing returning operation")
                                        .bind("status", status)
                                        .bind("tenants", Columns.texts(keyed, Keyed::tenant))
                                        .bind("keys", Columns.texts(keyed, Keyed::name))
                                        .bind(
                                                "fingerprints",
                                                Columns.texts(keyed, Keyed::fingerprint))
                                        .bind("operations", Columns.uuids(keyed, Keyed::operation))
                                        .mapTo(UUID.class)
                                        .set());
        keyed.stream()
                .filter(one -> !noted.contains(one.operation()))
                .findFirst()
                .ifPresent(
                        one -> {
                            throw reused(one.name());
                        });
    }

    /** A request with a key, and the operation that it led to. */
    private record Keyed(String tenant, String name, String fingerprint, UUID operation) {
        static Stream<Keyed> of(UUID operation, Requester requester) {
            var key = requester.terms().key();
            return key == null
                    ? Stream.empty()
                    : Stream.of(
                            new Keyed(
                                    requester.tenant(), key.name(), key.fingerprint(), operation));
        }
    }

    /**
     * The same for a request that makes something at once.
     *
     * @param location of what was made
     * @param body of the answer, to be written as JSON
     */
    public void note(Requester requester, int status, @Nullable String location, Object body) {
        var key = requester.terms().key();
        if (key != null) {
            insert(
                    requester.tenant(),
                    key,
                    new Answer(key.fingerprint(), status, null, location, Json.text(body)));
        }
    }

    /** Waits for the end of a concurrent transaction with the same key. */
    private void insert(String tenant, Terms.Key key, Answer answer) {
        var inserted =
                jdbi.withHandle(
                        handle ->
                                handle.createUpdate(
                                                "insert into request_key (tenant, key, fingerprint, status, operation,"
                                                        + " location, answer) values (:tenant, :key, :fingerprint, :status,"
                                                        + " cast(:operation as uuid), :location, cast(:answer as jsonb)) on conflict do nothing")
                                        .bind("tenant", tenant)
                                        .bind("key", key.name())
                                        .bind("fingerprint", answer.fingerprint())
                                        .bind("status", answer.status())
                                        .bind("operation", answer.operation())
                                        .bind("location", answer.location())
                                        .bind("answer", answer.body())
                                        .execute());
        if (inserted == 0) {
            throw reused(key.name());
        }
    }

    /** What a request is told whose key belongs to another. */
    public static ProblemException reused(String key) {
        return new ProblemException(
                ProblemCode.IDEMPOTENCY_KEY_REUSED,
                "the Idempotency-Key '%s' was used for another request; nothing was changed, choose a new one"
                        .formatted(key));
    }

    /** Forgets keys that were used longer ago. */
    public int forgetOlderThan(Duration age) {
        return jdbi.withHandle(
                handle ->
                        handle.createUpdate(
                                        "delete from request_key where used_at < now() - cast(:age as interval)")
                                .bind("age", age.toSeconds() + " seconds")
                                .execute());
    }
}
