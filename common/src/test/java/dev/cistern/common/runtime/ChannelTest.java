package dev.cistern.common.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.outbox.Messages;
import dev.cistern.common.runtime.Channel.Subscription;
import dev.cistern.common.testing.Eventually;
import dev.cistern.common.testing.Topic;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Channels from a topic on a real broker. */
class ChannelTest {
    private static final String NAME = "words";

    private final String group = "test-" + UUID.randomUUID();
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final List<Channels> opened = new ArrayList<>();
    private Topic topic = Topic.absent();

    @BeforeEach
    void make() throws Exception {
        topic = Topic.create();
    }

    @AfterEach
    void close() {
        opened.forEach(Channels::close);
    }

    private Channels channels(Subscription subscription) {
        var channels = new Channels(Topic.kafka(), Optional.empty(), List.of(subscription));
        opened.add(channels);
        return channels;
    }

    private Channels shared() {
        return channels(Subscription.shared(NAME, topic.name(), group));
    }

    private static Channel.Reading reading(Channels channels) {
        return Objects.requireNonNull(channels.readings().get(NAME));
    }

    private void say(String... words) {
        Messages.send(topic.name(), words);
    }

    private void hear(ConsumerRecords<String, byte[]> batch) {
        batch.forEach(message -> heard.add(new String(message.value(), StandardCharsets.UTF_8)));
    }

    @Test
    void whatCameBeforeAndWhatComesIsReadInOrderAndCountedUntilThen() throws Exception {
        say("one", "two");
        var channels = shared();
        assertThat(channels.caughtUp(NAME)).isFalse();
        channels.start(NAME, this::hear);
        Eventually.that("the first are read", () -> heard.size() == 2);
        say("three");

        Eventually.that("all are read", () -> heard.size() == 3);
        assertThat(heard).containsExactly("one", "two", "three");
        Eventually.that(
                "nothing is left", () -> reading(channels).behind().equals(OptionalLong.of(0)));
        assertThat(channels.caughtUp(NAME)).isTrue();
        channels.close();
        assertThat(reading(channels).reads()).isFalse();
    }

    @Test
    void whatItsReaderCouldNotTakeComesAgainAndStopsNothing() throws Exception {
        say("one", "two");
        var failed = new CountDownLatch(1);
        var channels = shared();
        channels.start(
                NAME,
                batch -> {
                    if (failed.getCount() > 0) {
                        failed.countDown();
                        throw new IllegalStateException("played");
                    }
                    hear(batch);
                });

        Eventually.that("both are read", () -> heard.size() == 2);
        assertThat(heard).containsExactly("one", "two");
        assertThat(reading(channels).reads()).isTrue();
    }

    @Test
    void theNextProcessGoesOnBehindWhatWasHandledAndBeginsWithWhatWasNot() throws Exception {
        say("one");
        var first = shared();
        first.start(NAME, this::hear);
        Eventually.that("it is read", () -> heard.size() == 1);
        first.close();
        say("two");
        var stuck = new CountDownLatch(1);
        var second = shared();
        second.start(
                NAME,
                _ -> {
                    stuck.countDown();
                    throw new IllegalStateException("stopped before it was handled");
                });
        stuck.await();
        second.close();

        var third = shared();
        third.start(NAME, this::hear);

        Eventually.that("the second is read", () -> heard.size() == 2);
        assertThat(heard).containsExactly("one", "two");
    }

    @Test
    void eachReaderOfAllHearsWhatComesFromNowOn() throws Exception {
        say("before");
        var all = new ArrayList<List<String>>();
        for (var reader = 0; reader < 2; reader++) {
            var mine = new CopyOnWriteArrayList<String>();
            all.add(mine);
            var channels = channels(Subscription.ofEach(NAME, topic.name()));
            channels.start(
                    NAME,
                    batch ->
                            batch.forEach(
                                    message ->
                                            mine.add(
                                                    new String(
                                                            message.value(),
                                                            StandardCharsets.UTF_8))));
            Eventually.that("it listens", () -> channels.caughtUp(NAME));
        }
        say("now");

        Eventually.that(
                "both have heard",
                () -> all.stream().allMatch(mine -> mine.equals(List.of("now"))));
    }
}
