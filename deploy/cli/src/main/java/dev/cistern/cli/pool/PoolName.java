package dev.cistern.cli.pool;

import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Route;
import picocli.CommandLine.Parameters;

/** How verbs are told which pool. */
final class PoolName {
    @Parameters(paramLabel = "POOL", description = "name or id of the pool")
    private String pool = "";

    Route route() throws Failure {
        return Route.of("pools", pool);
    }

    @Override
    public String toString() {
        return pool;
    }
}
