package dev.cistern.cli.operation;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Answer;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Operation;
import picocli.CommandLine.Option;

/** A verb that asks for work and waits for its end. */
public abstract class Work extends Verb {
    @Option(
            names = "--async",
            description = "prints the operation's id and does not wait for its end")
    private boolean async;

    /** Asks for the work. */
    protected abstract Answer ask(Session session) throws Failure;

    /** What is said when it has been done. */
    protected abstract String done();

    @Override
    protected final void run(Session session) throws Failure {
        prepare(session);
        var accepted = Operation.of(ask(session).json());
        if (async) {
            show(session, accepted, accepted.id());
            return;
        }
        show(session, new Wait(session).success(accepted), done());
    }

    /** What must have been done before; nothing, for most. */
    protected void prepare(Session session) throws Failure {}

    private static void show(Session session, Operation operation, String sentence) {
        if (session.json()) {
            session.print(operation.body());
        } else {
            session.say(sentence);
        }
    }
}
