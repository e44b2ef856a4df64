package dev.cistern.worker.command;

import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.message.Json;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Carries out the command in a file, in a process of its own, and prints the result as JSON after
 * {@code result: }.
 */
final class CommandMain {
    private CommandMain() {}

    public static void main(String[] arguments) throws Exception {
        var message = Json.read(Files.readAllBytes(Path.of(arguments[0])), CommandMessage.class);
        try (var bench = new Workbench()) {
            var result = bench.run(message.operation(), message.attempt(), message.command());
            System.out.println("result: " + (result == null ? "none" : Json.text(result)));
        }
    }
}
