package dev.cistern.common.operation;

import static java.util.stream.Collectors.toMap;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Control;
import dev.cistern.common.message.Owner;
import dev.cistern.common.message.ResultMessage;
import dev.cistern.common.operation.Fleet.Road;
import dev.cistern.common.operation.NewOperation.Requester;
import dev.cistern.common.operation.OperationEntries.Entered;
import dev.cistern.common.operation.OperationEntries.Entry;
import dev.cistern.common.outbox.Outbox;
import dev.cistern.common.outbox.OutboxMessage;
import dev.cistern.common.problem.Problem;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jdbi.v3.core.Jdbi;

/**
 * The operations of one service: accepted, put in line, sent to workers, and ended, exactly once
 * each.
 *
 * <p>Every method works in the caller's transaction. Locks are taken in one order throughout: the
 * claimed resources by id, the operation, the service's own rows, the lanes. Who moves several
 * operations in one transaction takes the resources of all first, see {@link #expect}.
 */
public final class Operations {
    private static final int OK = 200;
    private static final int ACCEPTED = 202;

    private final Outbox outbox;
    private final OperationRows rows;
    private final OperationEntries entries;
    private final Line line;
    private final Dispatcher dispatcher;
    private final Course course;
    private final Settling settling;
    private final Reports reports;
    private final RequestKeys keys;
    private final Representations representations;

    /**
     * The operations of a service.
     *
     * @param resourceTable table of what can be claimed, with a column {@code id}
     * @param afterEnd called in the same transaction whenever an operation has ended
     * @param representations of what can be claimed
     * @param bulk how many that move bytes may be out
     */
    public Operations(
            Jdbi jdbi,
            TransactionSynchronizationRegistry transactions,
            Owner owner,
            String resourceTable,
            Outbox outbox,
            Collection<? extends UseCase> useCases,
            Consumer<Operation> afterEnd,
            Representations representations,
            BulkLimits bulk) {
        this.outbox = outbox;
        var byKind = new UseCases(useCases);
        rows = new OperationRows(jdbi);
        entries = new OperationEntries(jdbi);
        line = new Line(jdbi, resourceTable);
        dispatcher = new Dispatcher(jdbi, owner, outbox, transactions, rows, bulk);
        course = new Course(rows, line, dispatcher, byKind, afterEnd);
        settling = new Settling(rows, entries, line, course, byKind);
        reports = new Reports(owner, rows, course, settling);
        keys = new RequestKeys(jdbi);
        this.representations = representations;
    }

    /**
     * Accepts a request: from now on it ends, whatever happens. It goes with the commit if nothing
     * is before it.
     *
     * @throws ProblemException if its use case refuses at once, its precondition does not hold, or
     *     its key was used meanwhile; which is to roll the transaction back
     */
    public Operation accept(NewOperation request) {
        line.lockResources(request.claims());
        require(request.requester());
        var id = UUID.randomUUID();
        var entered = entries.enter(List.of(new Entry(id, request, null))).getFirst();
        rows.depend(id, request.dependsOn());
        keys.note(request.requester(), ACCEPTED, id);
        if (entered.first()) {
            course.begin(entered.operation());
        }
        return get(id);
    }

    /**
     * A request that nothing can be before, with the command that it comes to: what it claims this
     * transaction has written, and nobody else has seen.
     */
    public record Ready(NewOperation request, Command command) {}

    /**
     * Accepts several such requests with the statements for one; the operations come in their
     * order.
     *
     * @throws ProblemException if one of their keys was used meanwhile; which is to roll the
     *     transaction back
     */
    public List<Operation> acceptAll(List<Ready> requests) {
        if (requests.isEmpty()) {
            return List.of();
        }
        var all =
                requests.stream()
                        .map(one -> new Entry(UUID.randomUUID(), one.request(), one.command()))
                        .toList();
        var accepted = entries.enter(all).stream().map(Entered::operation).toList();
        keys.note(all.stream().collect(toMap(Entry::id, Entry::request)), ACCEPTED);
        dispatcher.queued(accepted);
        return accepted;
    }

    /**
     * Looks whether what a request is about is as the requester expects. The caller has locked it.
     *
     * @throws ProblemException if it is not
     */
    public void require(Requester requester) {
        var expected = requester.terms().precondition();
        if (expected == null) {
            return;
        }
        var tags = representations.of(expected.resource()).stream().map(EntityTag::of).toList();
        if (!expected.tags().isEmpty() && tags.stream().noneMatch(expected.tags()::contains)) {
            throw new ProblemException(
                    ProblemCode.PRECONDITION_FAILED,
                    "'%s' is not what the request expects: its entity tag is %s now; read it again"
                            .formatted(expected.resource(), tags.getFirst()),
                    Map.of("etag", tags.getFirst()));
        }
    }

    /** The keys of requests. */
    public RequestKeys keys() {
        return keys;
    }

    /** An operation. */
    public Optional<Operation> find(UUID id) {
        return rows.find(id);
    }

    /** An operation that exists. */
    public Operation get(UUID id) {
        return find(id).orElseThrow(() -> unknown(id));
    }

    private static ProblemException unknown(UUID id) {
        return new ProblemException(ProblemCode.OPERATION_NOT_FOUND, "there is no operation " + id);
    }

    /**
     * Locks, in the order that all keep to, what the results of these operations can reach; for who
     * is about to take in several in one transaction.
     */
    public void expect(Collection<UUID> operations) {
        line.lockAllAround(operations);
    }

    /**
     * Takes in what a worker reports. What belongs to another service, or says nothing new, has no
     * effect.
     *
     * @throws UnknownOperationException if no such operation is visible
     */
    public void report(ResultMessage message) {
        expect(List.of(message.operation()));
        reportExpected(List.of(message));
    }

    /**
     * The same for several, in this order, whose operations the transaction {@linkplain #expect
     * expects}: what was done for different operations is taken in together.
     */
    public void reportExpected(List<ResultMessage> messages) {
        reports.take(messages);
    }

    /**
     * Goes on with an operation whose conversation with the other service is over.
     *
     * @param next decides from the operation as it stands
     * @return false if it has ended meanwhile
     */
    public boolean goOn(UUID id, Function<Operation, Turn> next) {
        line.lockAround(List.of(id));
        var operation = rows.lock(id);
        if (operation.isEmpty()
                || operation.get().state() != OperationState.RUNNING
                || operation.get().dispatched()) {
            return false;
        }
        course.follow(operation.get(), next.apply(operation.get()));
        return true;
    }

    /**
     * Ends an operation early. One that no worker knows ends at once; for one that changes a
     * volume, a worker is asked what it left behind.
     *
     * @throws ProblemException if it has ended
     */
    public Operation cancel(UUID id) {
        endEarly(
                id,
                OperationState.CANCELLED,
                Problem.of(ProblemCode.CANCELLED, "the operation was cancelled on request"));
        return get(id);
    }

    /** The same on request, which may bear a key. */
    public Operation cancel(UUID id, Requester requester) {
        var cancelled = cancel(id);
        keys.note(requester, OK, id);
        return cancelled;
    }

    /** Ends an operation that took too long. */
    void overdue(UUID id, long deadlineSeconds) {
        endEarly(
                id,
                OperationState.FAILED,
                Problem.of(
                        ProblemCode.DEADLINE_EXCEEDED,
                        "the operation did not end within its deadline of "
                                + Duration.ofSeconds(deadlineSeconds)));
    }

    private void endEarly(UUID id, OperationState end, Problem why) {
        line.lockAround(List.of(id));
        var operation =
                rows.lock(id).filter(found -> !found.settling()).orElseThrow(() -> unknown(id));
        if (operation.state().ended()) {
            throw new ProblemException(
                    ProblemCode.OPERATION_ENDED,
                    "operation %s has ended: it %s"
                            .formatted(id, operation.state().name().toLowerCase(Locale.ROOT)));
        }
        if (operation.state() == OperationState.CANCELLING) {
            return;
        }
        if (operation.dispatched()) {
            outbox.send(OutboxMessage.control(new Control.CancelOperation(id)));
        }
        if (operation.dispatched() && Settling.ofVolume(operation)) {
            settling.begin(operation, why);
        } else {
            course.fail(operation, end, why);
        }
    }

    /**
     * Ends for the user an operation whose settling takes too long.
     *
     * @return false if it has ended meanwhile
     */
    boolean endUnsettled(UUID id) {
        return settling.giveUpWaiting(id);
    }

    /** A worker group's slots have changed. */
    void resize(Road road, int slots) {
        dispatcher.resize(road, slots);
    }

    /** Sends a command that seems lost once more; false if it has moved on. */
    boolean sendAgain(UUID id, int attempt) {
        return dispatcher.sendAgain(id, attempt);
    }

    /**
     * Looks for an operation that should have gone and did not.
     *
     * @return whether this one was missed
     */
    boolean sweepWaiting(UUID id) {
        line.lockAround(List.of(id));
        return course.beginIfFirst(id);
    }

    /** Looks for ready operations that a lane had room for; returns how many were missed. */
    int sweepReady(Road road) {
        return dispatcher.fill(road);
    }

    /** A result came for an operation that is not there (yet). */
    public static final class UnknownOperationException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UnknownOperationException(UUID operation) {
            super("a result came for operation " + operation + ", which is not in the database");
        }
    }
}
