package dev.cistern.cli.pool;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code pool-edit}. */
@Command(
        name = "pool-edit",
        description =
                "Opens the definition of an inactive pool in an editor and takes what comes of it.",
        footer = "%nExample: cistern pool-edit images")
public final class PoolEdit extends Verb {
    @Mixin private PoolName pool = new PoolName();

    @Override
    protected void run(Session session) throws Failure {
        var xml = session.api().getXml(pool.route());
        var edited = edited(session, xml);
        if (edited.equals(xml)) {
            session.err().println("Pool %s XML configuration not changed.".formatted(pool));
            return;
        }
        var answer = PoolDefinitions.define(session, edited.getBytes(StandardCharsets.UTF_8));
        session.answer(answer, "Pool %s XML configuration edited.".formatted(pool));
    }

    private String edited(Session session, String xml) throws Failure {
        try {
            var file = Files.createTempFile("cistern-", ".xml");
            try {
                Files.writeString(file, xml);
                edit(session, file);
                return Files.readString(file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new Failure.Local("the definition was not edited: " + e.getMessage());
        }
    }

    /** As in virsh, the variable may have arguments: {@code "code --wait"}. */
    private static void edit(Session session, Path file) throws IOException, Failure {
        var surroundings = session.surroundings();
        var editor =
                Stream.of(surroundings.variable("VISUAL"), surroundings.variable("EDITOR"), "vi")
                        .filter(name -> !name.isBlank())
                        .findFirst()
                        .orElseThrow();
        var command = new ArrayList<>(List.of(editor.strip().split(" +", -1)));
        command.add(file.toString());
        try {
            var status = new ProcessBuilder(command).inheritIO().start().waitFor();
            if (status != 0) {
                throw new Failure.Local("%s ended with status %d".formatted(editor, status));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure.Interrupted();
        }
    }
}
