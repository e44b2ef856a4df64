package dev.cistern.cli.operation;

import java.io.PrintWriter;

/** Tells whoever interrupts the waiting (Ctrl-C) that the operation goes on, and how to follow. */
final class GoOn implements AutoCloseable {
    private final Thread hook;

    /** Watches over the wait for that operation until it is closed. */
    GoOn(PrintWriter err, String operation) {
        hook =
                new Thread(
                        () -> {
                            err.println();
                            err.println("the operation goes on: " + advice(operation));
                            err.flush();
                        });
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** What to type to wait again or to end the operation. */
    static String advice(String operation) {
        return "wait for it with cistern op-wait %s, end it with cistern op-cancel %s"
                .formatted(operation, operation);
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // The process is ending already, and the advice with it.
        }
    }
}
