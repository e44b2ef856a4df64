package dev.cistern.pool.work;

import dev.cistern.common.metric.RefreshedMeters;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The figures of every pool, as last reported. */
@Singleton
public class PoolMeters implements RefreshedMeters {
    private final PoolWork work;
    private final MultiGauge capacity;
    private final MultiGauge allocation;
    private final MultiGauge available;
    private final MultiGauge running;

    private record Figures(
            String name, String state, long capacity, long allocation, long available) {
        Row<?> row(ToDoubleFunction<Figures> value) {
            return Row.of(Tags.of("pool", name), value.applyAsDouble(this));
        }
    }

    PoolMeters(PoolWork work, MeterRegistry registry) {
        this.work = work;
        capacity = bytes("cistern.pool.capacity", "Size of the pool's file system", registry);
        allocation = bytes("cistern.pool.allocation", "Space of it that is used", registry);
        available = bytes("cistern.pool.available", "Space of it that is free", registry);
        running =
                MultiGauge.builder("cistern.pool.running")
                        .description("1 for a pool that runs, 0 for one that does not")
                        .register(registry);
    }

    private static MultiGauge bytes(String name, String description, MeterRegistry registry) {
        return MultiGauge.builder(name)
                .baseUnit("bytes")
                .description(description)
                .register(registry);
    }

    @Override
    public void refresh() {
        var pools = read();
        show(capacity, pools, Figures::capacity);
        show(allocation, pools, Figures::allocation);
        show(available, pools, Figures::available);
        show(running, pools, pool -> "running".equals(pool.state()) ? 1 : 0);
    }

    private static void show(
            MultiGauge gauge, List<Figures> pools, ToDoubleFunction<Figures> value) {
        gauge.register(pools.stream().<Row<?>>map(pool -> pool.row(value)).toList(), true);
    }

    private List<Figures> read() {
        return work.runtime()
                .foundation()
                .jdbi()
                .withHandle(
                        handle ->
                                handle.createQuery(
                                                "select name, state, capacity, allocation, available"
                                                        + " from pool where state <> 'UNDEFINED' order by position")
                                        .map(
                                                (row, _) ->
                                                        new Figures(
                                                                row.getString("name"),
                                                                row.getString("state")
                                                                        .toLowerCase(Locale.ROOT),
                                                                row.getLong("capacity"),
                                                                row.getLong("allocation"),
                                                                row.getLong("available")))
                                        .list());
    }
}
