package dev.cistern.cli.command;

import dev.cistern.cli.http.Failure;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** One verb of the client. */
public abstract class Verb implements Callable<Integer> {
    @Spec private CommandSpec spec;

    /** Options are filled in by picocli. */
    @SuppressWarnings("NullAway.Init")
    protected Verb() {}

    /** Does it and writes what came of it. */
    protected abstract void run(Session session) throws Failure;

    @Override
    public final Integer call() {
        var session = ((Root) spec.root().userObject()).session();
        try {
            run(session);
            requireWritten(session);
            return 0;
        } catch (Failure failure) {
            report(failure, session);
            return failure.exitCode();
        }
    }

    /** A list that lacks its end must not pass for a whole one. */
    private static void requireWritten(Session session) throws Failure {
        if (session.out().checkError()) {
            throw new Failure.Local("standard output could not be written to the end");
        }
    }

    private static void report(Failure failure, Session session) {
        var body = failure.body();
        if (session.json() && body != null) {
            session.print(body);
        }
        session.out().flush();
        session.err().println("error: " + failure.getMessage());
    }

    /** The exception for arguments that make no sense together: the usage is shown. */
    protected final ParameterException misuse(String why) {
        return new ParameterException(spec.commandLine(), why);
    }
}
