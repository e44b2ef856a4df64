package dev.cistern.common.runtime;

import java.util.Collection;

/** One of the services of this process, for those who watch over it. */
public interface Service {
    /** Its operations and what they stand on. */
    ServiceRuntime runtime();

    /** Its topics. */
    TopicKeeper topics();

    /** How far it has read what Kafka has for it, on all of its channels. */
    ChannelLag lag();

    /** Worker groups that someone counts on: their pools run, or are to. Reads the database. */
    Collection<String> groupsInUse();

    /** Whether a path of the API is this service's. */
    boolean serves(String path);

    /** For example {@code pool-service}. */
    default String name() {
        return runtime().foundation().schema() + "-service";
    }
}
