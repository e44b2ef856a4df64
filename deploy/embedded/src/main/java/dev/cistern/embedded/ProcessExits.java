package dev.cistern.embedded;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.utils.Exit;

/**
 * Turns the exits and halts of the process that Kafka's code asks for into marks on the brokers of
 * this JVM.
 */
final class ProcessExits {
    private static final Logger LOG = System.getLogger(ProcessExits.class.getName());
    private static final Set<KafkaBroker> BROKERS = ConcurrentHashMap.newKeySet();

    static {
        Exit.setExitProcedure(ProcessExits::mark);
        Exit.setHaltProcedure(ProcessExits::mark);
    }

    private ProcessExits() {}

    static void redirectTo(KafkaBroker broker) {
        BROKERS.add(broker);
    }

    static void forget(KafkaBroker broker) {
        BROKERS.remove(broker);
    }

    /** Kafka does not say which broker it was; a JVM that runs several loses all of them. */
    private static void mark(int status, String message) {
        LOG.log(Level.ERROR, "Kafka asked to end the process with code {0}: {1}", status, message);
        BROKERS.forEach(KafkaBroker::markFailed);
    }
}
