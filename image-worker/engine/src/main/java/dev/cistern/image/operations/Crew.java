package dev.cistern.image.operations;

import dev.cistern.image.ContentSink.Turn;
import dev.cistern.image.Progress;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Several threads that work on the pieces of an image, while the caller's thread tells how far they
 * have come. No thread is left when the work ends, in whatever way. What is worked on at any time
 * is bounded: a few pieces for each thread.
 */
final class Crew {
    /** How long the progress hears nothing at most, so that it can end work that hangs. */
    private static final long SILENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** Pieces of each thread that are done, or being done, and not yet told of. */
    private static final int AHEAD = 4;

    private final int threads;
    private final long totalBytes;
    private final Supply supply;
    private final Progress progress;
    private final Object supplying = new Object();

    /** The first ticket whose piece is not done; those behind it that are, by their remainder. */
    private long turn;

    private final boolean[] done;
    private long tickets;
    private long told;
    private long doneBytes;
    private long copiedBytes;
    private int working;
    private @Nullable Throwable failure;
    private boolean stopped;

    /** Where the pieces come from; asked by one thread at a time. */
    @FunctionalInterface
    interface Supply {
        /** The next piece; empty when there are no more. */
        Optional<Piece> next() throws IOException;
    }

    /** What one thread does. */
    interface Hand extends Closeable {
        /** Does what is to be done about a piece. */
        void work(Piece piece, Turn turn) throws IOException;

        @Override
        void close();
    }

    /** Makes a hand for each thread. */
    @FunctionalInterface
    interface Hands {
        /** A hand, used by one thread. */
        Hand take();
    }

    /** The work is over before this piece was done. */
    private static final class StoppedException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /**
     * A crew.
     *
     * @param totalBytes of all pieces, for the progress
     */
    Crew(int threads, long totalBytes, Supply supply, Progress progress) {
        var useful = Math.clamp(Math.ceilDiv(totalBytes, Piece.MOST_BYTES), 1, threads);
        this.threads = useful;
        this.totalBytes = totalBytes;
        this.supply = supply;
        this.progress = progress;
        this.done = new boolean[useful * AHEAD];
    }

    /**
     * Works until no pieces are left.
     *
     * @throws IOException of the hand that failed first, or of the progress
     */
    void run(Hands hands) throws IOException {
        var members = new ArrayList<Thread>();
        working = threads;
        for (var number = 0; number < threads; number++) {
            members.add(
                    Thread.ofPlatform()
                            .name("image-copy-" + number)
                            .daemon()
                            .start(() -> work(hands)));
        }
        try {
            tell();
        } finally {
            stop();
            join(members);
        }
        rethrow();
    }

    private void work(Hands hands) {
        try (var hand = hands.take()) {
            for (var job = next(); job != null; job = next()) {
                var ticket = job.ticket;
                hand.work(job.piece, () -> await(ticket));
                done(job);
            }
        } catch (StoppedException _) {
            // Whoever stopped the work knows why.
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
        } finally {
            leave();
        }
    }

    private record Job(long ticket, Piece piece) {}

    private @Nullable Job next() throws IOException {
        synchronized (supplying) {
            var ticket = awaitRoom();
            var piece = supply.next();
            return piece.isEmpty() ? null : new Job(ticket, piece.get());
        }
    }

    /** Takes a ticket when few pieces are under way. */
    private synchronized long awaitRoom() throws IOException {
        try {
            while (!stopped && tickets - Math.min(turn, told) >= done.length) {
                wait();
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        requireGoing();
        return tickets++;
    }

    private synchronized void await(long ticket) throws IOException {
        try {
            while (!stopped && turn != ticket) {
                wait();
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        requireGoing();
    }

    private static IOException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return (InterruptedIOException)
                new InterruptedIOException("interrupted while it worked").initCause(e);
    }

    private void requireGoing() throws StoppedException {
        if (stopped) {
            throw new StoppedException();
        }
    }

    private synchronized void done(Job job) {
        done[(int) (job.ticket % done.length)] = true;
        while (done[(int) (turn % done.length)]) {
            done[(int) (turn % done.length)] = false;
            turn++;
        }
        doneBytes += job.piece.length();
        copiedBytes += job.piece.kind() == Piece.Kind.DATA ? job.piece.length() : 0;
        notifyAll();
    }

    private synchronized void fail(Throwable e) {
        if (failure == null) {
            failure = e;
        } else {
            failure.addSuppressed(e);
        }
        stop();
    }

    private synchronized void stop() {
        stopped = true;
        notifyAll();
    }

    private synchronized void leave() {
        working--;
        notifyAll();
    }

    /** How far the work had come at some moment. */
    private record Standing(long doneBytes, long copiedBytes, long turn, boolean over) {}

    private void tell() throws IOException {
        var copied = 0L;
        progress.at(0, totalBytes);
        while (true) {
            var standing = awaitNews();
            if (standing.copiedBytes > copied) {
                progress.copied(standing.copiedBytes - copied);
                copied = standing.copiedBytes;
            }
            progress.at(standing.doneBytes, totalBytes);
            if (standing.over) {
                return;
            }
            heard(standing.turn);
        }
    }

    private synchronized void heard(long upTo) {
        told = upTo;
        notifyAll();
    }

    private synchronized Standing awaitNews() throws IOException {
        var patience = System.nanoTime() + SILENCE_NANOS;
        try {
            for (var left = SILENCE_NANOS;
                    left > 0 && working > 0 && turn == told;
                    left = patience - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        return new Standing(doneBytes, copiedBytes, turn, working == 0);
    }

    private static void join(List<Thread> members) {
        var interrupted = false;
        for (var member : members) {
            while (member.isAlive()) {
                try {
                    member.join();
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void rethrow() throws IOException {
        switch (failure) {
            case null -> {}
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable e -> throw new AssertionError(e);
        }
    }
}
