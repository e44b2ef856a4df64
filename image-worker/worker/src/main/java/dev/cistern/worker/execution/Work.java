package dev.cistern.worker.execution;

import dev.cistern.common.crash.CrashPoints;
import dev.cistern.common.message.Command;
import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.message.Heartbeat;
import dev.cistern.common.message.Lane;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.worker.execution.Lease.Term;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One command in hand, from its taking until its result has been out for some seconds. */
public final class Work {
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(100);

    private final CommandMessage message;
    private final Lane lane;
    private final Term term;
    private final Standing standing;
    private final Consumer<Result> pages;
    private final Paces.OfCommand paces;
    private volatile int latestAttempt;
    private volatile String stage = "taken";
    private volatile long bytesDone;
    private volatile long bytesTotal;
    private volatile @Nullable String url;
    private volatile boolean cancelled;
    private volatile boolean carriedOut;
    private volatile boolean sent;
    private volatile long sentAt;

    Work(
            CommandMessage message,
            Lane lane,
            Term term,
            Standing standing,
            Consumer<Result> pages,
            Paces.OfCommand paces) {
        this.message = message;
        this.lane = lane;
        this.term = term;
        this.standing = standing;
        this.pages = pages;
        this.paces = paces;
        this.latestAttempt = message.attempt();
    }

    /** The operation that this is the work of. */
    public UUID operation() {
        return message.operation();
    }

    /** The attempt that was taken. */
    public int attempt() {
        return message.attempt();
    }

    /** What is to be done. */
    public Command command() {
        return message.command();
    }

    CommandMessage message() {
        return message;
    }

    Lane lane() {
        return lane;
    }

    /** Says what is being done now, for who watches the operation. */
    public void stage(String name) {
        stage = name;
    }

    /** Says where a client has its part in the work; null if it has none any more. */
    public void serving(@Nullable String at) {
        url = at;
    }

    /** Says how far the work is. */
    public void progress(long done, long total) {
        bytesDone = done;
        bytesTotal = total;
    }

    /**
     * Bytes were copied: waits as long as the limits of operation and pool ask for.
     *
     * @throws ProblemException if it is cancelled meanwhile
     * @throws DroppedException if another may have taken the work over meanwhile
     */
    public void copied(long bytes) {
        var end = System.nanoTime() + paces.after(bytes).toNanos();
        for (var left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            requireWanted();
            requireStanding();
            LockSupport.parkNanos(this, Math.min(left, LONGEST_PAUSE.toNanos()));
        }
    }

    /**
     * Passes the place of this command with this name where a test may stop the process.
     *
     * @see CrashPoints
     */
    public void crashPoint(String name) {
        CrashPoints.at(message.command().kind() + ":" + name);
    }

    /**
     * Asked before each step that cannot be taken back.
     *
     * @throws DroppedException if another may have taken the work over
     */
    public void requireStanding() {
        standing.require(term);
    }

    /**
     * Asked wherever the work can still be undone.
     *
     * @throws ProblemException with {@link ProblemCode#CANCELLED} if it has been cancelled
     */
    public void requireWanted() {
        if (cancelled) {
            throw new ProblemException(
                    ProblemCode.CANCELLED, "the operation was cancelled while it ran");
        }
    }

    /** Reports a part of the result before the whole. */
    public void page(Result.PoolScanPage page) {
        pages.accept(page);
    }

    long bytesDone() {
        return bytesDone;
    }

    void cancel() {
        cancelled = true;
    }

    /** Another copy of the command came while this one is in hand. */
    synchronized void copyCame(int attempt) {
        latestAttempt = Math.max(latestAttempt, attempt);
    }

    void carriedOut() {
        carriedOut = true;
        stage = "reporting";
    }

    boolean running() {
        return !carriedOut;
    }

    void sent(long now) {
        sentAt = now;
        sent = true;
    }

    boolean sent() {
        return sent;
    }

    boolean sentLongerAgo(long now, long nanos) {
        return sent && now - sentAt > nanos;
    }

    Heartbeat.Running status() {
        return new Heartbeat.Running(
                operation(), latestAttempt, message.owner(), stage, bytesDone, bytesTotal, url);
    }
}
