package dev.cistern.common.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.crash.CrashPoints;
import dev.cistern.common.inbox.Delivery;
import dev.cistern.common.testing.Database;
import dev.cistern.common.testing.Eventually;
import dev.cistern.common.testing.Topic;
import dev.cistern.common.trace.Traces;
import dev.cistern.embedded.TestServers;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RelayTest {
    private static final String ID = OutboxMessage.ID;

    private final Database database = Database.create();
    private Topic topic = Topic.absent();
    private Relay relay = relay();
    private final Outbox outbox =
            new Outbox(database.jdbi(), database.synchronizations(), () -> relay.nudge());

    private Relay relay() {
        return new Relay(database.schema(), database.jdbi(), Topic.kafka(), Traces.NONE);
    }

    @BeforeEach
    void makeTopic() throws Exception {
        topic = Topic.create();
    }

    @AfterEach
    void close() {
        CrashPoints.disarm();
        relay.close();
        database.close();
    }

    private OutboxMessage message(Topic to, String key, String payload) {
        var id = UUID.randomUUID();
        return new OutboxMessage(id, to.name(), key, Map.of(ID, id.toString()), payload);
    }

    private void send(String key, String payload) {
        database.transactions().run(() -> outbox.send(message(topic, key, payload)));
    }

    private List<String> sendMany(int count) {
        var texts = IntStream.range(0, count).mapToObj(Integer::toString).toList();
        database.transactions()
                .run(() -> outbox.send(texts.stream().map(it -> message(topic, it, it)).toList()));
        return texts;
    }

    private long left() {
        return database.number("select count(*) from outbox");
    }

    private void awaitEmpty() throws Exception {
        Eventually.that("all is sent", () -> left() == 0);
    }

    private List<String> distinctIds(int atLeast) {
        return topic.read(atLeast).stream().map(it -> Delivery.header(it, ID)).distinct().toList();
    }

    @Test
    void carriesWhatIsCommittedInTheOrderWritten() throws Exception {
        relay.start();
        var texts = sendMany(1200);

        assertThat(topic.texts(1200)).isEqualTo(texts);
        awaitEmpty();
    }

    @Test
    void carriesNothingOfATransactionThatIsRolledBack() throws Exception {
        relay.start();
        try {
            database.transactions()
                    .run(
                            () -> {
                                outbox.send(message(topic, "k", "never"));
                                throw new IllegalStateException("no");
                            });
        } catch (IllegalStateException _) {
            send("k", "after");
        }

        assertThat(topic.texts(1)).containsExactly("after");
    }

    /**
     * The lower number is seen later; but not by those who wait for the lock it was drawn under.
     */
    @Test
    void oneThatCommitsLaterThanAHigherNumberIsNotLostAndTheOrderOfItsResourceStands()
            throws Exception {
        relay.start();
        var things = database.things(2);
        var written = new CountDownLatch(1);
        var mayCommit = new CountDownLatch(1);
        var slow =
                CompletableFuture.runAsync(
                        () ->
                                database.transactions()
                                        .call(
                                                () -> {
                                                    lock(things.get(0));
                                                    outbox.send(message(topic, "a", "a1"));
                                                    written.countDown();
                                                    return mayCommit.await(30, TimeUnit.SECONDS);
                                                }));
        assertThat(written.await(30, TimeUnit.SECONDS)).isTrue();
        send("b", "b1");
        assertThat(topic.texts(1)).containsExactly("b1");

        var behind =
                CompletableFuture.runAsync(
                        () ->
                                database.transactions()
                                        .run(
                                                () -> {
                                                    lock(things.get(0));
                                                    outbox.send(message(topic, "a", "a2"));
                                                }));
        mayCommit.countDown();
        CompletableFuture.allOf(slow, behind).get(30, TimeUnit.SECONDS);

        assertThat(topic.texts(3)).containsExactly("b1", "a1", "a2");
    }

    private void lock(UUID thing) {
        database.jdbi()
                .useHandle(
                        handle ->
                                handle.select("select id from thing where id = ? for update", thing)
                                        .mapTo(UUID.class)
                                        .one());
    }

    @Test
    void aFailureAfterTheSendRepeatsTheBatchUnderTheSameIds() throws Exception {
        sendMany(20);
        CrashPoints.arm(
                "outbox-send",
                () -> {
                    throw new IllegalStateException("stopped");
                });
        relay.start();
        awaitEmpty();

        assertThat(topic.read(40)).hasSize(40);
        assertThat(distinctIds(40)).hasSize(20);
    }

    @ParameterizedTest
    @ValueSource(strings = {"outbox-send", "outbox-delete"})
    void aProcessThatStopsLosesNothing(String point) throws Exception {
        var texts = sendMany(20);
        var child =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-Dcistern.crash-point=" + point,
                                "-cp",
                                System.getProperty("java.class.path"),
                                RelayMain.class.getName(),
                                database.schema(),
                                Database.url(database.schema()),
                                TestServers.shared().bootstrapServers(),
                                TestServers.shared().user(),
                                TestServers.shared().password())
                        .redirectErrorStream(true)
                        .redirectOutput(Redirect.DISCARD)
                        .start();
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(child.exitValue()).isEqualTo(CrashPoints.EXIT_STATUS);
        assertThat(left()).isEqualTo("outbox-send".equals(point) ? 20 : 0);

        relay.start();
        awaitEmpty();

        assertThat(distinctIds(20)).hasSize(20);
        assertThat(topic.texts(20).stream().distinct()).isEqualTo(texts);
    }

    @Test
    void oneRelayWorksAtATimeAndAnotherTakesOver() throws Exception {
        relay.start();
        send("k", "first");
        assertThat(topic.texts(1)).hasSize(1);
        try (var second = relay()) {
            second.start();
            sendMany(600);
            awaitEmpty();
            assertThat(topic.read(601)).hasSize(601);

            relay.close();
            send("k", "last");
            awaitEmpty();
        }

        assertThat(topic.texts(602)).hasSize(602).endsWith("last");
    }

    @Test
    void aBrokenConnectionIsReplaced() throws Exception {
        relay.start();
        send("k", "before");
        awaitEmpty();

        database.breakConnections();
        send("k", "after");

        awaitEmpty();
        assertThat(topic.texts(2)).containsSubsequence("before", "after");
    }

    @Test
    void aTopicThatIsNotThereHoldsUpNoOther() throws Exception {
        var absent = Topic.absent();
        database.transactions()
                .run(
                        () ->
                                outbox.send(
                                        List.of(
                                                message(absent, "k", "waits"),
                                                message(absent, "k", "too"),
                                                message(topic, "k", "goes"))));
        relay.start();
        assertThat(topic.texts(1)).containsExactly("goes");
        Eventually.that("only that is gone", () -> left() == 2);

        absent.make();

        awaitEmpty();
        assertThat(absent.texts(2)).containsExactly("waits", "too");
    }

    @Test
    void whatNoBrokerTakesIsPutAsideWithTheReason() throws Exception {
        send("k", "x".repeat(2 << 20));
        database.transactions()
                .run(() -> outbox.send(message(new Topic("no such name!"), "k", "x")));
        send("k", "after");
        relay.start();

        assertThat(topic.texts(1)).containsExactly("after");
        Eventually.that(
                "both are put aside",
                () ->
                        left() == 2
                                && database.number(
                                                "select count(*) from outbox where refused is not null")
                                        == 2);
    }
}
