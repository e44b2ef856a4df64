package dev.cistern.cli.operation;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Operation;
import dev.cistern.cli.http.Route;

/** Finds an operation by its id alone: it is a volume's or a pool's. */
final class OpRoute {
    private OpRoute() {}

    static Operation find(Session session, String id) throws Failure {
        try {
            return Operation.of(
                    session.api().get(Route.of("volumes", "-", "operations", id)).json());
        } catch (Failure.Refused refused) {
            if (!refused.isNotFound()) {
                throw refused;
            }
            return Operation.of(session.api().get(Route.of("pools", "-", "operations", id)).json());
        }
    }
}
