package dev.cistern.bench.service;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * The running Cistern that is measured.
 *
 * @param volumes address of volume-service
 * @param pools address of pool-service, the same where one address has both
 * @param kafka bootstrap servers, or null: then nothing is known of published events
 * @param database JDBC address with user and password, or null: then nothing is known of statements
 */
record Target(
        URI volumes,
        URI pools,
        @Nullable String kafka,
        @Nullable String database,
        Processes processes) {}
