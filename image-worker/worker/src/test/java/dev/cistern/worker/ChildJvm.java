package dev.cistern.worker;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A JVM with the class path of the tests. */
public final class ChildJvm {
    /** Without it the broker's log4j is found and starts up, which takes a fifth of a short run. */
    private static final String LOGGING =
            "-Djava.util.logging.manager=org.jboss.logmanager.LogManager";

    private ChildJvm() {}

    /** The command line that runs a class, in few milliseconds and with little memory. */
    public static List<String> command(List<String> options, Class<?> main, String... arguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx256m",
                        LOGGING));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Starts it, what it prints going to a file. */
    public static Process start(List<String> command, File output) throws IOException {
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start();
    }
}
