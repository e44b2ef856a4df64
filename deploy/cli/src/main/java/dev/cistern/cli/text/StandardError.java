package dev.cistern.cli.text;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;

/** Where messages to the user go. */
public final class StandardError {
    private static final int DESCRIPTOR = 2;

    private StandardError() {}

    /** Whether it is a terminal: isatty(3), which Java tells of input and output only. */
    public static boolean isTerminal() {
        return Asked.ANSWER;
    }

    /** Asks when it is first of interest, for it takes longer than most verbs. */
    private static final class Asked {
        static final boolean ANSWER = ask();

        @SuppressWarnings("restricted") // the manifest of the program allows native access
        private static boolean ask() {
            try {
                var linker = Linker.nativeLinker();
                var isatty =
                        linker.downcallHandle(
                                linker.defaultLookup().findOrThrow("isatty"),
                                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
                return (int) isatty.invokeExact(DESCRIPTOR) == 1;
            } catch (Throwable _) {
                return false;
            }
        }
    }
}
