package dev.cistern.cli.operation;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Operation;
import dev.cistern.cli.http.Route;
import picocli.CommandLine.Parameters;

/** How verbs are told which operation. */
final class OperationId {
    @Parameters(paramLabel = "ID", description = "id of the operation")
    private String id = "";

    /** The operation: one of volume-service, or else of pool-service. */
    Operation find(Session session) throws Failure {
        try {
            return get(session, "volumes");
        } catch (Failure.Refused refused) {
            if (!refused.isNotFound()) {
                throw refused;
            }
            return get(session, "pools");
        }
    }

    private Operation get(Session session, String service) throws Failure {
        var route = Route.of(service, "-", "operations", id);
        return session.operation(service, session.api().get(route));
    }
}
