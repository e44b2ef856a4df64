package dev.cistern.pool.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

final class EventMergeTest {
    private final EventMerge merge = new EventMerge(List.of(0, 1));

    private void add(int partition, long offset, long timestamp) {
        merge.add(
                new ConsumerRecord<>(
                        "events",
                        partition,
                        offset,
                        timestamp,
                        TimestampType.CREATE_TIME,
                        0,
                        0,
                        "key",
                        new byte[0],
                        new RecordHeaders(),
                        Optional.empty()));
    }

    private List<String> taken(int limit) {
        return merge.take(limit).stream()
                .map(message -> message.partition() + ":" + message.offset())
                .toList();
    }

    @Test
    void partitionsAreMergedByTime() {
        add(0, 5, 10);
        add(0, 6, 30);
        add(1, 2, 20);

        assertThat(taken(9)).containsExactly("0:5", "1:2", "0:6");
    }

    @Test
    void theOrderOfAPartitionStandsWhateverTheClocksSaid() {
        add(0, 5, 30);
        add(0, 6, 10);
        add(1, 2, 20);

        assertThat(taken(9)).containsExactly("1:2", "0:5", "0:6");
    }

    @Test
    void nothingIsToldBeforeEachPartitionWasLookedAt() {
        add(0, 5, 10);
        merge.read(0, 6, 7);
        assertThat(merge.enough(1)).isFalse();

        merge.read(1, 2, 2);
        assertThat(merge.enough(1)).isTrue();
        assertThat(merge.enough(2)).isFalse();

        merge.read(0, 7, 7);
        assertThat(merge.enough(2)).isTrue();
    }

    @Test
    void whatIsYoungerThanWhatMayComeIsNotCounted() {
        add(0, 5, 10);
        add(1, 2, 99);
        merge.read(0, 6, 9);
        merge.read(1, 3, 3);

        assertThat(merge.enough(1)).isTrue();
        assertThat(merge.enough(2)).isFalse();
    }

    @Test
    void theCursorGoesOnAtWhatWasLeft() {
        add(0, 5, 10);
        add(0, 6, 30);
        add(1, 2, 20);
        merge.read(0, 7, 7);
        merge.read(1, 3, 3);

        assertThat(taken(2)).containsExactly("0:5", "1:2");
        assertThat(merge.rest().offsets()).containsEntry(0, 6L).containsEntry(1, 3L);
    }

    @Test
    void aCursorComesBackAsItWas() {
        var text = merge.rest().text();

        assertThat(EventCursor.parse(text)).isEqualTo(merge.rest());
    }
}
