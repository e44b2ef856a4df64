package dev.cistern.embedded;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * Runs the servers on the folder given, stores a row and a message for each name read from standard
 * input, and says so when they are durable. Ends at the end of the input.
 */
final class ServersMain {
    private ServersMain() {}

    public static void main(String[] arguments) throws Exception {
        var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (DataFolder folder = DataFolder.open(Path.of(arguments[0]));
                EmbeddedServers servers =
                        EmbeddedServers.start(
                                folder,
                                EmbeddedSettings.brief(),
                                line -> System.out.println(line))) {
            Messages.createTopics(servers.kafka().bootstrapServers());
            Rows.createTable(servers.postgres());
            System.out.println("started");
            for (String name = input.readLine(); name != null; name = input.readLine()) {
                Rows.insert(servers.postgres(), name);
                Messages.send(servers.kafka().bootstrapServers(), List.of(name));
                System.out.println("stored " + name);
            }
        }
    }
}
