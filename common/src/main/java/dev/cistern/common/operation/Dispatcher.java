package dev.cistern.common.operation;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.message.Owner;
import dev.cistern.common.operation.Fleet.Road;
import dev.cistern.common.outbox.Outbox;
import dev.cistern.common.outbox.OutboxMessage;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/**
 * Sends the commands of operations that are ready, as far as the windows of their lanes allow.
 *
 * <p>A transaction may make many operations ready and free much room, on several lanes. It takes
 * note of that, and settles it when it is about to commit, lane by lane in one order: so the rows
 * of lanes are the last that any transaction locks, whatever it did before.
 */
final class Dispatcher {
    private final Owner owner;
    private final Outbox outbox;
    private final TransactionSynchronizationRegistry transactions;
    private final OperationRows rows;
    private final Window window;

    Dispatcher(
            Jdbi jdbi,
            Owner owner,
            Outbox outbox,
            TransactionSynchronizationRegistry transactions,
            OperationRows rows,
            BulkLimits bulk) {
        this.owner = owner;
        this.outbox = outbox;
        this.transactions = transactions;
        this.rows = rows;
        this.window = new Window(jdbi, bulk);
    }

    /** What a transaction has done to the lanes. */
    private static final class Agenda {
        private final Map<Road, List<UUID>> ready =
                new TreeMap<>(Comparator.comparing(Road::group).thenComparing(Road::lane));
        private final Set<Road> freed = new HashSet<>();
    }

    /** The operations' turn has come: the commands go as soon as there is room. */
    void ready(Map<Operation, Command> commands) {
        if (commands.isEmpty()) {
            return;
        }
        var byId = new LinkedHashMap<UUID, Command>();
        commands.forEach((operation, command) -> byId.put(operation.id(), command));
        rows.ready(byId);
        queued(commands.keySet());
    }

    /** The same for those whose commands are written down already. */
    void queued(Collection<Operation> operations) {
        for (var operation : operations) {
            freed(operation);
            agenda().ready
                    .computeIfAbsent(road(operation), _ -> new ArrayList<>())
                    .add(operation.id());
        }
    }

    /** The operation's command, if one is out, no longer counts. */
    void freed(Operation operation) {
        if (operation.dispatched()) {
            freed(road(operation));
        }
    }

    /** A lane's slots have changed. */
    void resize(Road road, int slots) {
        window.resize(road, slots);
        freed(road);
    }

    private void freed(Road road) {
        agenda().ready.computeIfAbsent(road, _ -> new ArrayList<>());
        agenda().freed.add(road);
    }

    private static Road road(Operation operation) {
        return new Road(operation.group(), operation.lane());
    }

    private Agenda agenda() {
        if (transactions.getResource(this) instanceof Agenda agenda) {
            return agenda;
        }
        var agenda = new Agenda();
        transactions.putResource(this, agenda);
        transactions.registerInterposedSynchronization(
                new Synchronization() {
                    @Override
                    public void beforeCompletion() {
                        if (transactions.getTransactionStatus() == Status.STATUS_ACTIVE) {
                            depart(agenda);
                        }
                    }

                    @Override
                    public void afterCompletion(int status) {}
                });
        return agenda;
    }

    private void depart(Agenda agenda) {
        agenda.ready.forEach(
                (road, ready) -> {
                    var going =
                            agenda.freed.contains(road)
                                    ? window.next(road)
                                    : window.admit(road, ready);
                    send(going);
                });
    }

    /** Sends what there is room for at once; returns how many went. */
    int fill(Road road) {
        var going = window.next(road);
        send(going);
        return going.size();
    }

    private void send(List<UUID> going) {
        if (!going.isEmpty()) {
            outbox.send(rows.sent(going).stream().map(this::message).toList());
        }
    }

    /** Sends a command that seems lost once more; false if the operation has moved on. */
    boolean sendAgain(UUID id, int attempt) {
        var sent = rows.sentAgain(id, attempt);
        sent.ifPresent(operation -> outbox.send(message(operation)));
        return sent.isPresent();
    }

    private OutboxMessage message(Operation operation) {
        var message =
                new CommandMessage(
                        operation.id(),
                        operation.attempt(),
                        owner,
                        operation.traceparent(),
                        operation.maxBytesPerSecond(),
                        operation.sentCommand());
        return OutboxMessage.command(message, operation.group(), operation.lane());
    }
}
