package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.crash.CrashPoints;
import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.message.Json;
import dev.cistern.common.message.Owner;
import dev.cistern.worker.ChildJvm;
import dev.cistern.worker.ClassCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A process that carries a command out and stops on its way. */
final class CrashedProcess {
    private static @Nullable ClassCache classes;

    private CrashedProcess() {}

    /** Has one stop at a place. */
    static void at(Path folder, String place, CommandMessage message) throws Exception {
        var file = write(folder, message);
        var output = folder.resolve("output").toFile();
        var command =
                ChildJvm.command(
                        List.of("-Dcistern.crash-point=" + place), CommandMain.class, file);
        var process = ChildJvm.start(classes().quick(command), output);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue())
                .as(Files.readString(output.toPath()))
                .isEqualTo(CrashPoints.EXIT_STATUS);
    }

    private static String write(Path folder, CommandMessage message) throws IOException {
        return Files.write(folder.resolve("command.json"), Json.bytes(message)).toString();
    }

    /** Of a command that does what most do. */
    private static synchronized ClassCache classes() throws Exception {
        if (classes == null) {
            var folder = Files.createDirectories(Path.of("target", "class-cache").toAbsolutePath());
            try (var bench = new Workbench()) {
                var pool = TestPool.started(Files.createTempDirectory(folder, "pool"), bench);
                var create = pool.create(UUID.randomUUID(), "disk", "qcow2");
                var message = new CommandMessage(UUID.randomUUID(), 1, Owner.VOLUME, null, create);
                classes = ClassCache.of(folder, CommandMain.class, write(folder, message));
            }
        }
        return classes;
    }
}
