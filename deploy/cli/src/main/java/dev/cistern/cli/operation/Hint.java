package dev.cistern.cli.operation;

import java.io.PrintWriter;

/** Tells someone who presses Ctrl-C while waiting that the operation goes on, and how to follow. */
final class Hint implements AutoCloseable {
    private final Thread hook;

    Hint(PrintWriter err, String operation) {
        hook =
                new Thread(
                        () -> {
                            err.println();
                            err.println(
                                    "the operation goes on: cistern op-wait %s, or cistern op-cancel %s"
                                            .formatted(operation, operation));
                            err.flush();
                        });
        Runtime.getRuntime().addShutdownHook(hook);
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // The process is ending already, and the hint with it.
        }
    }
}
