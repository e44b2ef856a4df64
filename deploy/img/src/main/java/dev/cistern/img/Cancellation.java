package dev.cistern.img;

import java.io.Closeable;
import java.util.concurrent.CountDownLatch;

/**
 * Lets the thread's work end in order when the program is told to end (SIGTERM, SIGINT): the thread
 * is interrupted, and the program ends when it has put away what it had begun.
 */
final class Cancellation implements Closeable {
    private final Thread worker = Thread.currentThread();
    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread hook = new Thread(this::cancel, "cancel");

    /** Watches over what the thread does until it closes this. */
    Cancellation() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void cancel() {
        worker.interrupt();
        try {
            over.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        over.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // The program is ending.
        }
    }
}
