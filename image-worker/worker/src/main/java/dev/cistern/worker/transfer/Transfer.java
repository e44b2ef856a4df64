package dev.cistern.worker.transfer;

import dev.cistern.common.message.Ticket;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.Progress;
import dev.cistern.image.storage.Storage;
import dev.cistern.worker.execution.DroppedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the client of one operation may fetch or deliver, as long as the command is carried out: the
 * command's thread waits for its end, the threads of connections move bytes. Thread-safe.
 *
 * <p>Bytes are moved in steps, none of which begins once it is over; so the files are not used any
 * more when the end is known to the command.
 */
public final class Transfer implements AutoCloseable {
    /** The most bytes that are moved in one step. */
    static final int STEP = 256 * 1024;

    /** Requests of one client at once. */
    private static final int CONNECTIONS = 16;

    private static final HexFormat HEX = HexFormat.of();

    private static final Duration LOOK = Duration.ofMillis(100);

    private final UUID operation;
    private final String name;
    private final Ticket ticket;
    private final Content content;
    private final @Nullable Storage incoming;
    private final Arrivals arrivals = new Arrivals();
    private final Progress progress;
    private final Consumer<Transfer> closing;
    private final Semaphore connections = new Semaphore(CONNECTIONS);
    private final CountDownLatch end = new CountDownLatch(1);
    private final ReadWriteLock steps = new ReentrantReadWriteLock();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile long touchedAt = System.nanoTime();
    private volatile boolean stopping;
    private boolean over;

    /**
     * A transfer to or from a client.
     *
     * @param content what is there to be fetched
     * @param incoming where what is delivered goes; null if nothing is
     * @param progress told of each step
     * @param closing done at its end
     */
    Transfer(
            UUID operation,
            Ticket ticket,
            Content content,
            @Nullable Storage incoming,
            Progress progress,
            Consumer<Transfer> closing) {
        this.operation = operation;
        this.name = operation + "." + HEX.toHexDigits(ThreadLocalRandom.current().nextInt());
        this.ticket = ticket;
        this.content = content;
        this.incoming = incoming;
        this.progress = progress;
        this.closing = closing;
    }

    UUID operation() {
        return operation;
    }

    /**
     * A name of its own each time that the command is carried out: a client that delivers must not
     * take this one for an earlier one, of which nothing is left.
     */
    String name() {
        return name;
    }

    /** Whether this is the token of its client; takes as long whatever is wrong with it. */
    boolean admits(String token) {
        return MessageDigest.isEqual(
                hash(token).getBytes(StandardCharsets.US_ASCII),
                ticket.tokenHash().getBytes(StandardCharsets.US_ASCII));
    }

    private static String hash(String token) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            return HEX.formatHex(digest.digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Takes a connection in; false if there are as many as may be. */
    boolean connect() {
        return connections.tryAcquire();
    }

    /** Lets a connection go. */
    void disconnect() {
        connections.release();
    }

    /** Bytes of the whole content. */
    long size() {
        return content.size();
    }

    /** Whether the client delivers. */
    boolean upload() {
        return incoming != null;
    }

    /** The end of what has come without a gap from the start. */
    long unbroken() {
        return arrivals.unbroken();
    }

    /** How many bytes were fetched. */
    public long sent() {
        return sent.get();
    }

    /** What is done to the files in one step. */
    @FunctionalInterface
    private interface Step {
        void take() throws IOException;
    }

    private void step(Step step) throws IOException {
        steps.readLock().lock();
        try {
            if (over) {
                throw over(name);
            }
            touchedAt = System.nanoTime();
            step.take();
        } finally {
            steps.readLock().unlock();
        }
    }

    /** What is said of one that has been here. */
    static ProblemException over(String name) {
        return new ProblemException(
                ProblemCode.TRANSFER_OVER,
                "transfer %s is over, or went to another worker: its operation tells how"
                        .formatted(name));
    }

    /**
     * Fills the buffer's room, at most {@link #STEP} bytes, and waits as long as the limits of
     * copying ask for.
     *
     * @throws ProblemException if it is over
     */
    void read(ByteBuffer into, long offset) throws IOException {
        var length = into.remaining();
        step(() -> content.read(into, offset));
        sent.addAndGet(length);
        slowDown(length);
    }

    /** Who is made to wait is not away. */
    private void slowDown(int bytes) throws IOException {
        waiting.incrementAndGet();
        try {
            progress.copied(bytes);
        } finally {
            touchedAt = System.nanoTime();
            waiting.decrementAndGet();
        }
    }

    /** The same for a look that is no fetching. */
    void peek(ByteBuffer into, long offset) throws IOException {
        step(() -> content.read(into, offset));
    }

    /**
     * Writes all that the buffer has, at most {@link #STEP} bytes within the size.
     *
     * @throws ProblemException if it is over
     */
    void write(ByteBuffer from, long offset) throws IOException {
        var length = from.remaining();
        var file = receiving();
        step(
                () -> {
                    file.writeFully(from, offset);
                    arrivals.add(offset, offset + length);
                });
        slowDown(length);
    }

    /** Makes a range within the size zero, without its bytes having come. */
    void zero(long offset, long length) throws IOException {
        var file = receiving();
        step(
                () -> {
                    var there = Math.clamp(file.size() - offset, 0, length);
                    if (there > 0 && !file.punchHole(offset, there)) {
                        file.zero(offset, there);
                    }
                    arrivals.add(offset, offset + length);
                });
    }

    private Storage receiving() {
        if (incoming == null) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST,
                    "transfer %s is a download, which takes nothing".formatted(name));
        }
        return incoming;
    }

    /** Has what came on the disk. */
    void flush() throws IOException {
        var file = receiving();
        step(file::sync);
    }

    /** How the content is, or which of it has come, from an offset on. */
    List<Extent> extents(long from, int atMost) throws IOException {
        var extents = new ArrayList<Extent>();
        step(
                () ->
                        extents.addAll(
                                upload()
                                        ? arrivals.extents(from, size(), atMost)
                                        : content.extents(from, atMost)));
        return extents;
    }

    /** The client has all that it wanted, or has delivered all. */
    void finish() throws IOException {
        step(end::countDown);
    }

    /**
     * Waits until the client says that it has finished; no step begins after that.
     *
     * @throws ProblemException if it is cancelled, or the client is away for too long
     * @throws DroppedException if another may have it, or this worker stops
     */
    public void await() throws IOException {
        try {
            while (!end.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                progress.at(upload() ? arrivals.bytes() : sent.get(), size());
                requirePresence();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw stopped();
        } finally {
            noMoreSteps();
        }
    }

    private void requirePresence() {
        if (stopping) {
            throw stopped();
        }
        var idle = System.nanoTime() - touchedAt;
        if (waiting.get() == 0 && idle > Duration.ofSeconds(ticket.idleSeconds()).toNanos()) {
            throw new ProblemException(
                    ProblemCode.TRANSFER_OVER,
                    "the client was away for %d seconds: nothing of the transfer is left, begin it anew"
                            .formatted(ticket.idleSeconds()));
        }
    }

    private static DroppedException stopped() {
        return new DroppedException("the worker stops");
    }

    /** The worker stops; the watchdog gives the operation to another. */
    void stop() {
        stopping = true;
    }

    private void noMoreSteps() {
        steps.writeLock().lock();
        try {
            over = true;
        } finally {
            steps.writeLock().unlock();
        }
    }

    @Override
    public void close() {
        noMoreSteps();
        closing.accept(this);
    }
}
