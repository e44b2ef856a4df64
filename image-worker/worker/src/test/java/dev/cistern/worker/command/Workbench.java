package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.message.Lane;
import dev.cistern.common.message.Owner;
import dev.cistern.common.message.Result;
import dev.cistern.common.message.ResultMessage;
import dev.cistern.worker.Eventually;
import dev.cistern.worker.SecretFolder;
import dev.cistern.worker.execution.CommandExecutor;
import dev.cistern.worker.execution.CommandWatch;
import dev.cistern.worker.execution.Hand;
import dev.cistern.worker.execution.Lease;
import dev.cistern.worker.execution.Paces;
import dev.cistern.worker.execution.PoolProbes;
import dev.cistern.worker.execution.Standing;
import dev.cistern.worker.transfer.Transfers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A worker without Kafka: commands in by hand, results kept in a list. */
final class Workbench implements AutoCloseable {
    private static final Duration LONG = Duration.ofHours(1);

    final Hand hand = new Hand();
    final Lease lease = new Lease(LONG);
    final PoolProbes probes = new PoolProbes(LONG, _ -> null);
    final Transfers transfers = new Transfers(this::address);

    /** Has its part in transfers; by default one that does all at once. */
    volatile Consumer<String> client = TransferClient::complete;

    final Commands commands;
    final List<ResultMessage> results = Collections.synchronizedList(new ArrayList<>());
    private final Standing standing = new Standing(lease, probes);
    private final CommandExecutor executor;

    private @Nullable DataPort port;

    /** One that has no passphrases. */
    Workbench() {
        this(new SecretFolder(Optional.empty(), Duration.ofSeconds(2)));
    }

    Workbench(Passphrases passphrases) {
        commands = new Commands(probes, hand, transfers, passphrases);
        executor =
                new CommandExecutor(
                        "bench",
                        Map.of(Lane.METADATA, 4, Lane.BULK, 1),
                        hand,
                        standing,
                        commands,
                        (result, acknowledged) -> {
                            results.add(result);
                            acknowledged.run();
                        },
                        CommandWatch.silent(),
                        new Paces(Paces.Limits.NONE));
        lease.renewed(System.nanoTime());
        transfers.listen(url -> Thread.ofVirtual().start(() -> client.accept(url)));
    }

    /** The port is opened when the first client is told of it. */
    private synchronized String address() {
        if (port == null) {
            port = new DataPort(transfers);
        }
        return port.url();
    }

    /** Carries a command out; null if it was dropped. */
    @Nullable Result run(UUID operation, int attempt, Command command) throws Exception {
        submit(operation, attempt, command);
        Eventually.that("the command is done", () -> !hand.runs(operation) && hand.empty());
        return results.stream()
                .filter(result -> result.operation().equals(operation))
                .filter(result -> !(result.result() instanceof Result.PoolScanPage))
                .reduce((_, last) -> last)
                .map(ResultMessage::result)
                .orElse(null);
    }

    @Nullable Result run(Command command) throws Exception {
        return run(UUID.randomUUID(), 1, command);
    }

    /** Begins to carry a command out. */
    void submit(UUID operation, int attempt, Command command) throws InterruptedException {
        results.removeIf(result -> result.operation().equals(operation));
        var slot = executor.slots(Lane.METADATA).take(LONG).orElseThrow();
        executor.submit(
                new CommandMessage(operation, attempt, Owner.VOLUME, null, command),
                Lane.METADATA,
                standing.toTake().orElseThrow(),
                slot);
    }

    @Override
    public void close() {
        transfers.stop();
        executor.close();
        closePort();
        probes.close();
    }

    private synchronized void closePort() {
        if (port != null) {
            port.close();
        }
    }
}
