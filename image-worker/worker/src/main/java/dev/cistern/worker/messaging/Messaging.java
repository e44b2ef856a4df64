package dev.cistern.worker.messaging;

import dev.cistern.common.message.Heartbeat;
import dev.cistern.common.message.Lane;
import dev.cistern.worker.execution.CommandExecutor;
import dev.cistern.worker.execution.Hand;
import dev.cistern.worker.execution.Lease;
import dev.cistern.worker.execution.PoolProbes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** All of a worker's ends of Kafka. */
public final class Messaging implements AutoCloseable {
    private final KafkaClients clients;
    private final TopicWait topics;
    private final ResultPublisher results;
    private final List<Intake> intakes = new ArrayList<>();
    private volatile @Nullable Heartbeats heartbeats;
    private @Nullable ControlListener control;

    /**
     * How commands are taken.
     *
     * @param classic through consumer groups instead of share groups
     * @param groups worker groups
     * @param consumers threads for each group, by lane
     * @param atOnce how many commands each takes with one request to Kafka, by lane; through a
     *     consumer group always one
     */
    public record Intaking(
            boolean classic,
            List<String> groups,
            Map<Lane, Integer> consumers,
            Map<Lane, Integer> atOnce) {
        /** The slots that all consumers of a lane together hold while they wait for commands. */
        public int held(Lane lane) {
            return groups.size()
                    * consumers.getOrDefault(lane, 0)
                    * (classic ? 1 : atOnce.getOrDefault(lane, 1));
        }
    }

    /** Ends of the cluster that {@code clients} reach; nothing runs before {@link #start}. */
    public Messaging(KafkaClients clients) {
        this.clients = clients;
        this.topics = new TopicWait(clients);
        this.results = new ResultPublisher(clients);
    }

    /** Where results go. */
    public CommandExecutor.Reports reports() {
        return results;
    }

    /** Starts to tell and to take. */
    public void start(
            Supplier<Heartbeat> heartbeat,
            Lease lease,
            Hand hand,
            PoolProbes probes,
            CommandExecutor executor,
            Intaking intaking) {
        results.start();
        heartbeats = new Heartbeats(clients, heartbeat, lease);
        heartbeats.start();
        control = new ControlListener(clients, topics, hand, probes);
        control.start();
        for (var group : intaking.groups()) {
            intaking.consumers()
                    .forEach((lane, count) -> add(intaking, group, lane, count, executor));
        }
        intakes.forEach(Intake::start);
    }

    private void add(
            Intaking intaking, String group, Lane lane, int count, CommandExecutor executor) {
        for (var number = 1; number <= count; number++) {
            intakes.add(
                    intaking.classic()
                            ? new ClassicIntake(group, lane, number, clients, topics, executor)
                            : new ShareIntake(
                                    group,
                                    lane,
                                    number,
                                    intaking.atOnce().getOrDefault(lane, 1),
                                    clients,
                                    topics,
                                    executor));
        }
    }

    /** Tells at once what else is told every second. */
    public void tellNow() {
        var telling = heartbeats;
        if (telling != null) {
            telling.now();
        }
    }

    /** Whether every thread that should run does, by what it is for. */
    public Map<String, Boolean> alive() {
        var alive = new LinkedHashMap<String, Boolean>();
        alive.put("intake", !intakes.isEmpty() && intakes.stream().allMatch(Intake::alive));
        alive.put("results", results.alive());
        alive.put("heartbeats", heartbeats != null && heartbeats.alive());
        alive.put("control", control != null && control.alive());
        return alive;
    }

    /** Whether commands are looked for in every lane of every group. */
    public boolean taking() {
        return !intakes.isEmpty() && intakes.stream().allMatch(Intake::open);
    }

    /** Takes nothing more. */
    public void stopTaking() {
        intakes.forEach(Intake::stop);
        intakes.forEach(Intake::close);
    }

    /** Sends what is still to be told, within seconds, and stops. */
    @Override
    public void close() {
        stopTaking();
        if (control != null) {
            control.close();
        }
        results.close();
        if (heartbeats != null) {
            heartbeats.close();
        }
        topics.close();
    }
}
