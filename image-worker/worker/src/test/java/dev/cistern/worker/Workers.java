package dev.cistern.worker;

import dev.cistern.common.message.Lane;
import dev.cistern.worker.execution.Paces;
import dev.cistern.worker.folder.Reaper.Retention;
import dev.cistern.worker.messaging.Messaging.Intaking;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Workers of the tests. */
final class Workers {
    private Workers() {}

    static WorkerSettings settings(String name, String group, boolean classic, Duration lease) {
        return new WorkerSettings(
                name,
                "test",
                Map.of(Lane.METADATA, 4, Lane.BULK, 1),
                new Intaking(
                        classic,
                        List.of(group),
                        Map.of(Lane.METADATA, 2, Lane.BULK, 1),
                        Map.of(Lane.METADATA, 2, Lane.BULK, 1)),
                lease,
                Duration.ofSeconds(10),
                new Retention(Duration.ofDays(1), Duration.ofDays(7)),
                Paces.Limits.NONE,
                Optional.empty(),
                Duration.ofSeconds(2));
    }

    static Worker started(String name, String group, Cluster cluster) {
        var worker =
                new Worker(
                        settings(name, group, false, Duration.ofSeconds(15)), cluster.settings());
        worker.start();
        return worker;
    }
}
