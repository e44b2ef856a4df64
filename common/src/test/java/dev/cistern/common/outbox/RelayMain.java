package dev.cistern.common.outbox;

import dev.cistern.common.sql.ArrayArguments;
import dev.cistern.common.trace.Traces;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Jdbi;

/** A relay in a process of its own, which stops at the crash point that it is told. */
final class RelayMain {
    private RelayMain() {}

    public static void main(String[] arguments) throws InterruptedException {
        var jdbi = Jdbi.create(arguments[1], arguments[3], arguments[4]);
        jdbi.installPlugin(new ArrayArguments());
        new Relay(arguments[0], jdbi, Map.of("bootstrap.servers", arguments[2]), Traces.NONE)
                .start();
        TimeUnit.SECONDS.sleep(60);
    }
}
