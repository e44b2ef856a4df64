package dev.cistern.worker.execution;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.message.Heartbeat;
import dev.cistern.common.message.Lane;
import dev.cistern.common.message.Result;
import dev.cistern.common.message.ResultMessage;
import dev.cistern.common.problem.Problem;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.worker.execution.Lease.Term;
import dev.cistern.worker.execution.Slots.Slot;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Carries commands out, on as many platform threads as there are slots: calls into the file system
 * would block the carriers of virtual threads.
 */
public final class CommandExecutor implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(CommandExecutor.class);

    private final String worker;
    private final Handler handler;
    private final Reports reports;
    private final CommandWatch watch;
    private final Paces paces;
    private final Hand hand;
    private final Standing standing;
    private final Map<Lane, Room> rooms = new EnumMap<>(Lane.class);
    private volatile boolean closing;

    /** The slots of a lane and a thread for each. */
    private record Room(Slots slots, ExecutorService threads) {
        static Room of(Lane lane, int size) {
            var factory = Thread.ofPlatform().name("command-" + lane + "-", 0).daemon().factory();
            return new Room(new Slots(size), Executors.newFixedThreadPool(size, factory));
        }
    }

    /** Does the work of a command. */
    @FunctionalInterface
    public interface Handler {
        /**
         * Does it and says what became of it, a failure included.
         *
         * @throws DroppedException if nothing is to be reported
         */
        Result carryOut(Command command, Work work);
    }

    /** Where results go. */
    @FunctionalInterface
    public interface Reports {
        /**
         * Sends a result, sooner or later; never blocks on Kafka.
         *
         * @param acknowledged called when Kafka has it for good
         */
        void send(ResultMessage result, Runnable acknowledged);
    }

    /**
     * An executor with these slots.
     *
     * @param worker the name that results are signed with
     */
    public CommandExecutor(
            String worker,
            Map<Lane, Integer> slots,
            Hand hand,
            Standing standing,
            Handler handler,
            Reports reports,
            CommandWatch watch,
            Paces paces) {
        this.worker = worker;
        this.hand = hand;
        this.standing = standing;
        this.handler = handler;
        this.reports = reports;
        this.watch = watch;
        this.paces = paces;
        slots.forEach((lane, total) -> rooms.put(lane, Room.of(lane, total)));
    }

    private Room of(Lane lane) {
        return Objects.requireNonNull(rooms.get(lane), () -> "no slots for " + lane);
    }

    /** The slots of a lane, of which one must be had before a command is taken. */
    public Slots slots(Lane lane) {
        return of(lane).slots();
    }

    /** Whether commands may be taken, and in which term of the lease. */
    public Standing standing() {
        return standing;
    }

    /**
     * Carries a command out in a slot, which is free again afterwards.
     *
     * @param term of the lease, from before the command was taken from Kafka: if it has ended
     *     since, the command may be another's and is left to the watchdog
     */
    public void submit(CommandMessage message, Lane lane, Term term, Slot slot) {
        var work =
                new Work(
                        message,
                        lane,
                        term,
                        standing,
                        page -> report(message, page, () -> {}),
                        paces.of(message));
        if (closing || !hand.take(work)) {
            slot.close();
            return;
        }
        of(lane).threads().execute(() -> carryOut(work, slot));
    }

    private void carryOut(Work work, Slot slot) {
        try (slot;
                var watched = watch.begin(work)) {
            carryOut(work, watched);
        }
    }

    private void carryOut(Work work, CommandWatch.Watched watched) {
        try {
            work.requireStanding();
            work.crashPoint("command-taken");
            var result = handler.carryOut(work.command(), work);
            watched.ended(result);
            work.carriedOut();
            report(work.message().within(watched.traceparent()), result, () -> acknowledged(work));
        } catch (DroppedException e) {
            hand.drop(work);
            LOG.debugf(e, "operation %s", work.operation());
            LOG.infof(
                    "%s, operation %s, attempt %d: left to the watchdog: %s",
                    work.command().kind(), work.operation(), work.attempt(), e.getMessage());
        } catch (RuntimeException | Error e) {
            LOG.errorf(e, "%s, operation %s", work.command().kind(), work.operation());
            work.carriedOut();
            report(work.message(), defect(e), () -> acknowledged(work));
        }
    }

    private void acknowledged(Work work) {
        work.sent(System.nanoTime());
        work.crashPoint("result-sent");
    }

    private void report(CommandMessage message, Result result, Runnable acknowledged) {
        reports.send(
                new ResultMessage(
                        message.operation(),
                        message.attempt(),
                        message.owner(),
                        worker,
                        Instant.now(),
                        message.traceparent(),
                        result),
                acknowledged);
    }

    private static Result defect(Throwable e) {
        return new Result.CommandFailed(
                Problem.of(
                        ProblemCode.INTERNAL,
                        "the worker met a defect of its own, and its log tells more: " + e));
    }

    /** How many slots of a lane a command could start in now. */
    public Heartbeat.Slots vacancies(Lane lane) {
        var total = slots(lane).total();
        var free = closing || standing.toTake().isEmpty() ? 0 : total - hand.running(lane);
        return new Heartbeat.Slots(total, Math.max(0, free));
    }

    /** Takes nothing more, and waits some seconds for what is being carried out. */
    @Override
    public void close() {
        closing = true;
        rooms.values().forEach(room -> room.threads().shutdown());
        var deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        try {
            for (var room : rooms.values()) {
                var _ =
                        room.threads()
                                .awaitTermination(
                                        Math.max(0, deadline - System.nanoTime()),
                                        TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
