package dev.cistern.cli.command;

import dev.cistern.cli.http.Failure;
import dev.cistern.cli.text.Printable;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** One verb of the client. */
public abstract class Verb implements Callable<Integer> {
    @Mixin private final Common common = new Common();
    @Spec private CommandSpec spec;

    /** Options are filled in by picocli. */
    @SuppressWarnings("NullAway.Init")
    protected Verb() {}

    /** Does it and writes what came of it. */
    protected abstract void run(Session session) throws Failure;

    @Override
    public final Integer call() {
        var line = spec.commandLine();
        try {
            run(common.session(line.getOut(), line.getErr()));
            return 0;
        } catch (Failure failure) {
            line.getErr().println("error: " + Printable.of(String.valueOf(failure.getMessage())));
            return failure.exitCode();
        }
    }

    final Common common() {
        return common;
    }
}
