package dev.cistern.cli.volume;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** How many connections a transfer uses. */
final class ConnectionCount {
    private static final int MOST = 16;

    @Spec(Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec verb;

    @Option(
            names = "--connections",
            paramLabel = "N",
            description = "connections at once (default: 4)")
    private int count = 4;

    int get() {
        if (count < 1 || count > MOST) {
            throw new ParameterException(
                    verb.commandLine(), "--connections is 1 to %d".formatted(MOST));
        }
        return count;
    }
}
