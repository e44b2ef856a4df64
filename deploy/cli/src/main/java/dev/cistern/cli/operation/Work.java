package dev.cistern.cli.operation;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import picocli.CommandLine.Option;

/** A verb that asks for work and waits for its end. */
public abstract class Work extends Verb {
    @Option(
            names = "--async",
            description = "prints the operation's id and does not wait for its end")
    private boolean async;

    /** Asks for the work; the answer is its operation. */
    protected abstract JsonNode ask(Session session) throws Failure;

    /** What is said when it has been done. */
    protected abstract String done();

    @Override
    protected final void run(Session session) throws Failure {
        first(session);
        var accepted = session.accepted(ask(session));
        if (async) {
            session.answer(accepted.body(), accepted.id());
        } else {
            session.answer(new Wait(session).success(accepted).body(), done());
        }
    }

    /** Asks for what must be done before; for most verbs that is nothing. */
    protected void first(Session session) throws Failure {}

    /** Waits for the end of work that comes before, unless nothing is waited for. */
    protected final void await(Session session, JsonNode answer) throws Failure {
        var accepted = session.accepted(answer);
        if (!async) {
            new Wait(session).success(accepted);
        }
    }
}
