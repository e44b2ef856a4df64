package dev.cistern.worker;

import dev.cistern.common.message.Heartbeat;
import dev.cistern.common.message.Lane;
import dev.cistern.worker.command.Commands;
import dev.cistern.worker.execution.CommandExecutor;
import dev.cistern.worker.execution.CommandWatch;
import dev.cistern.worker.execution.Hand;
import dev.cistern.worker.execution.Lease;
import dev.cistern.worker.execution.Paces;
import dev.cistern.worker.execution.PoolProbes;
import dev.cistern.worker.execution.Standing;
import dev.cistern.worker.folder.PoolLook;
import dev.cistern.worker.folder.Reaper;
import dev.cistern.worker.messaging.KafkaClients;
import dev.cistern.worker.messaging.Messaging;
import dev.cistern.worker.transfer.Transfers;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jboss.logging.Logger;

/** A worker from start to stop: takes commands from Kafka, carries them out, reports. */
public final class Worker implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Worker.class);

    private final WorkerSettings settings;
    private final UUID incarnation = UUID.randomUUID();
    private final Hand hand = new Hand();
    private final Lease lease;
    private final PoolProbes probes;
    private final Standing standing;
    private final Messaging messaging;
    private final CommandExecutor executor;
    private final Reaper reaper;
    private final Transfers transfers;

    /**
     * A worker, not yet started, whose commands nobody watches.
     *
     * @param kafka settings of Kafka clients
     */
    public Worker(WorkerSettings settings, Map<String, Object> kafka) {
        this(settings, kafka, CommandWatch.silent(), new Transfers(() -> "http://localhost"));
    }

    /** The same with meters and traces, and clients that reach its transfers. */
    public Worker(
            WorkerSettings settings,
            Map<String, Object> kafka,
            CommandWatch watch,
            Transfers transfers) {
        this.settings = settings;
        this.transfers = transfers;
        lease = new Lease(settings.lease());
        probes = new PoolProbes(settings.probePatience(), new PoolLook());
        standing = new Standing(lease, probes);
        messaging = new Messaging(new KafkaClients(kafka));
        executor =
                new CommandExecutor(
                        settings.name(),
                        settings.slots(),
                        hand,
                        standing,
                        new Commands(
                                probes,
                                hand,
                                transfers,
                                new SecretFolder(settings.secrets(), settings.passphraseTrial())),
                        messaging.reports(),
                        watch,
                        new Paces(settings.paces()));
        reaper = new Reaper(settings.retention(), probes::watched, hand::runs);
    }

    /** Starts; Kafka need not be there yet. */
    public void start() {
        transfers.listen(_ -> messaging.tellNow());
        reaper.start();
        messaging.start(this::heartbeat, lease, hand, probes, executor, settings.intaking());
        LOG.infof(
                "worker %s (groups %s, version %s) started",
                settings.name(), settings.intaking().groups(), settings.version());
    }

    private Heartbeat heartbeat() {
        return new Heartbeat(
                settings.name(),
                incarnation,
                settings.intaking().groups(),
                settings.version(),
                Instant.now(),
                executor.vacancies(Lane.METADATA),
                executor.vacancies(Lane.BULK),
                hand.status(),
                probes.reaches());
    }

    /** Whether every thread that should run does, by what it is for. */
    public Map<String, Boolean> alive() {
        return messaging.alive();
    }

    /** Whether it may take work: its heartbeats arrive and no storage hangs. */
    public boolean inStanding() {
        return standing.toTake().isPresent();
    }

    /** The slots of a lane, and how many of them are free. */
    public Heartbeat.Slots slots(Lane lane) {
        return executor.vacancies(lane);
    }

    /** Whether it looks for commands in every lane of every group. */
    public boolean taking() {
        return messaging.taking();
    }

    /** Whether word has come to stop this operation. */
    boolean cancelled(UUID operation) {
        return hand.cancelled(operation);
    }

    /** Takes nothing more, waits some seconds for what it has in hand, reports it, and stops. */
    @Override
    public void close() {
        messaging.stopTaking();
        transfers.stop();
        executor.close();
        reaper.close();
        messaging.close();
        probes.close();
    }
}
