package dev.cistern.common.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cistern.common.crash.CrashPoints;
import dev.cistern.common.message.ResultMessage;
import dev.cistern.common.outbox.Outbox;
import dev.cistern.common.outbox.OutboxMessage;
import dev.cistern.common.testing.Database;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeliveriesTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Database database = Database.create();
    private final Inbox inbox = new Inbox(database.jdbi());
    private final Outbox outbox =
            new Outbox(database.jdbi(), database.synchronizations(), () -> {});
    private final Consumption consumption = new Consumption();
    private final UUID thing = database.things(1).getFirst();
    private long offset;

    @AfterEach
    void close() {
        CrashPoints.disarm();
        database.close();
    }

    private Deliveries deliveries(Deliveries.Handler handler) {
        return new Deliveries(
                "handler", database.transactions(), inbox, outbox, consumption, handler);
    }

    private Delivery delivery(String text) {
        return delivery("key", text.getBytes(StandardCharsets.UTF_8), text);
    }

    @SuppressWarnings("NullAway") // Kafka's records may lack key and value
    private Delivery delivery(@Nullable String key, byte @Nullable [] value, @Nullable String id) {
        var message = new ConsumerRecord<String, byte[]>("topic", 3, offset++, key, value);
        if (id != null) {
            message.headers().add(OutboxMessage.ID, id.getBytes(StandardCharsets.UTF_8));
        }
        return Delivery.of(message);
    }

    private void change() {
        database.execute("update thing set changes = changes + 1 where id = ?", thing);
    }

    private long changes() {
        return database.number("select changes from thing");
    }

    private static String text(Delivery delivery) {
        return new String(delivery.message().value(), StandardCharsets.UTF_8);
    }

    private List<Map<String, String>> deadLetters() {
        return database.jdbi()
                .withHandle(
                        handle ->
                                handle.select(
                                                "select headers::text as headers, payload, key from outbox"
                                                        + " where topic = 'cistern.dead-letters' order by sequence")
                                        .map(
                                                (row, _) ->
                                                        letter(
                                                                row.getString("headers"),
                                                                row.getString("payload")))
                                        .list());
    }

    @SuppressWarnings("unchecked")
    private static Map<String, String> letter(String headers, String payload) {
        try {
            Map<String, String> letter = JSON.readValue(headers, Map.class);
            letter.put("payload", payload);
            return letter;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void eachHasItsEffectOnceHoweverOftenItComes() {
        var deliveries = deliveries(_ -> change());

        deliveries.take(List.of(delivery("a"), delivery("b"), delivery("a")));
        deliveries.take(List.of(delivery("b"), delivery("c")));

        assertThat(changes()).isEqualTo(3);
    }

    @Test
    void twoHandlersOfAServiceEachGetIt() {
        deliveries(_ -> change()).take(List.of(delivery("a")));
        new Deliveries("other", database.transactions(), inbox, outbox, consumption, _ -> change())
                .take(List.of(delivery("a")));

        assertThat(changes()).isEqualTo(2);
    }

    @Test
    void withoutAnIdThePlaceInTheTopicTellsRepeats() {
        var first = delivery("k", new byte[] {'x'}, null);
        assertThat(first.id()).isEqualTo("topic/3/0");

        var deliveries = deliveries(_ -> change());
        deliveries.take(List.of(first, delivery("k", new byte[] {'x'}, null)));
        deliveries.take(List.of(first));

        assertThat(changes()).isEqualTo(2);
    }

    @Test
    void aPoisonedOneGoesToTheDeadLettersAndTheRestProceedsInOrder() {
        var handled = new ArrayList<String>();
        var deliveries =
                deliveries(
                        delivery -> {
                            if ("bad".equals(text(delivery))) {
                                throw new IllegalStateException("it makes no sense");
                            }
                            change();
                            handled.add(text(delivery));
                        });

        deliveries.take(List.of(delivery("a"), delivery("bad"), delivery("c")));
        deliveries.take(List.of(delivery("bad")));

        assertThat(changes()).isEqualTo(2);
        assertThat(handled).endsWith("a", "c");
        assertThat(deadLetters())
                .singleElement()
                .satisfies(
                        letter ->
                                assertThat(letter)
                                        .containsEntry("payload", "bad")
                                        .containsEntry("cistern-id", "bad")
                                        .containsEntry("cistern-handler", "handler")
                                        .containsEntry("cistern-topic", "topic")
                                        .containsEntry("cistern-partition", "3")
                                        .containsEntry("cistern-offset", "1")
                                        .containsEntry("cistern-reason", "it makes no sense"));
    }

    @Test
    void oneThatCannotBeReadIsNotTriedAgain() {
        var calls = new AtomicInteger();
        var deliveries =
                deliveries(
                        delivery -> {
                            calls.incrementAndGet();
                            delivery.read(ResultMessage.class);
                        });

        deliveries.take(List.of(delivery("{")));

        assertThat(calls.get()).isEqualTo(2);
        assertThat(deadLetters())
                .singleElement()
                .satisfies(
                        letter ->
                                assertThat(letter.get("cistern-reason"))
                                        .startsWith("the message cannot be read"));
    }

    /** What the database or the broker would not take must not come back for ever. */
    @Test
    void noContentStopsWhatIsBehindIt() {
        var nul = "a\0b".getBytes(StandardCharsets.UTF_8);
        var noText = new byte[] {(byte) 0xff, 0, 1};
        var large = "x".repeat(3 << 20).getBytes(StandardCharsets.UTF_8);
        var deliveries =
                deliveries(
                        delivery -> {
                            if ("good".equals(delivery.id())) {
                                change();
                                return;
                            }
                            throw new IOException("no sense in \0 " + "x".repeat(1 << 20));
                        });

        deliveries.take(
                List.of(
                        delivery("k\0", nul, "one"),
                        delivery("k", noText, "two"),
                        delivery(null, null, "three"),
                        delivery("k", large, "four"),
                        delivery("k", nul, "\0"),
                        delivery("k", nul, "i".repeat(10_000)),
                        delivery("good")));

        assertThat(changes()).isEqualTo(1);
        assertThat(deadLetters()).hasSize(6);
        assertThat(deadLetters().get(0)).containsEntry("cistern-encoding", "base64");
        assertThat(deadLetters().get(2)).containsEntry("cistern-encoding", "absent");
        assertThat(deadLetters())
                .allSatisfy(letter -> assertThat(letter.toString()).hasSizeLessThan(800_000));
    }

    @Test
    void oneThatFailsForAWhileIsHandledInTheEnd() {
        var calls = new AtomicInteger();
        var deliveries =
                deliveries(
                        _ -> {
                            if (calls.incrementAndGet() < 4) {
                                throw new IllegalStateException("not yet");
                            }
                            change();
                        });

        deliveries.take(List.of(delivery("a")));

        assertThat(changes()).isEqualTo(1);
        assertThat(deadLetters()).isEmpty();
    }

    @Test
    void anOutageOfTheDatabaseIsWaitedForHoweverLong() {
        var calls = new AtomicInteger();
        var deliveries =
                deliveries(
                        _ -> {
                            change();
                            if (calls.incrementAndGet() < 8) {
                                database.execute("select pg_terminate_backend(pg_backend_pid())");
                            }
                        });

        deliveries.take(List.of(delivery("a"), delivery("b")));

        assertThat(changes()).isEqualTo(2);
        assertThat(deadLetters()).isEmpty();
    }

    @Test
    void aProcessThatStopsAfterTheCommitHandlesNothingTwice() {
        var deliveries = deliveries(_ -> change());
        CrashPoints.arm(
                "inbox-commit",
                () -> {
                    throw new IllegalStateException("stopped");
                });

        assertThatThrownBy(() -> deliveries.take(List.of(delivery("a")))).hasMessage("stopped");
        deliveries.take(List.of(delivery("a"), delivery("b")));

        assertThat(changes()).isEqualTo(2);
    }

    @Test
    void whatFailsWhileTheProcessStopsIsNoDeadLetterAndComesAgain() {
        var tries = new AtomicInteger();
        var batch = List.of(delivery("a"), delivery("b"));

        deliveries(
                        _ -> {
                            tries.incrementAndGet();
                            consumption.end(Duration.ZERO);
                            throw new IllegalStateException("what it needs is gone");
                        })
                .take(batch);
        new Deliveries(
                        "handler",
                        database.transactions(),
                        inbox,
                        outbox,
                        new Consumption(),
                        _ -> change())
                .take(batch);

        assertThat(tries).hasValue(1);
        assertThat(deadLetters()).isEmpty();
        assertThat(changes()).isEqualTo(2);
    }

    @Test
    void theProcessStopsBeforeADeadLetterIsWritten() {
        deliveries(
                        _ -> {
                            consumption.end(Duration.ZERO);
                            throw new IOException("cannot be read");
                        })
                .take(List.of(delivery("a")));

        assertThat(deadLetters()).isEmpty();
        assertThat(database.number("select count(*) from inbox")).isZero();
    }

    @Test
    void theLocksOfABatchComeFirst() {
        var steps = new ArrayList<String>();
        var deliveries =
                new Deliveries(
                        "handler",
                        database.transactions(),
                        inbox,
                        outbox,
                        consumption,
                        batch -> steps.add("locks of " + batch.size()),
                        delivery -> steps.add(text(delivery)));

        deliveries.take(List.of(delivery("a"), delivery("b")));

        assertThat(steps).containsExactly("locks of 2", "a", "b");
    }

    @Test
    void theInboxForgetsWhatIsOld() {
        deliveries(_ -> {}).take(List.of(delivery("old"), delivery("new")));
        database.execute(
                "update inbox set handled_at = now() - interval '15 days' where id = 'handler:old'");

        assertThat(inbox.forgetOlderThan(Duration.ofDays(14))).isEqualTo(1);
        assertThat(database.number("select count(*) from inbox")).isEqualTo(1);
    }
}
