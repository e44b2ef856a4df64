package dev.cistern.flow;

import dev.cistern.cli.Main;
import dev.cistern.cli.command.Surroundings;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The command-line client, in this process. */
final class Client {
    private Client() {}

    /** What it does and says on these words. */
    static Judge.Run run(URI cistern, String... words) {
        var output = new StringWriter();
        var writer = new PrintWriter(output, true);
        var status =
                Main.run(
                        new Surroundings(
                                InputStream.nullInputStream(),
                                writer,
                                writer,
                                StandardCharsets.UTF_8,
                                Map.of("CISTERN_URL", cistern.toString()),
                                () -> false),
                        words);
        return new Judge.Run(status, output.toString());
    }
}
