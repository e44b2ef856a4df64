package dev.cistern.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CommandLineTest {
    private final FakeCistern server = new FakeCistern();
    private final Client client = new Client(server);

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pool-define",
                "pool-define-as",
                "pool-build",
                "pool-start",
                "pool-destroy",
                "pool-undefine",
                "pool-list",
                "pool-info",
                "pool-refresh",
                "pool-dumpxml",
                "vol-create",
                "vol-create-as",
                "vol-create-from",
                "vol-list",
                "vol-info",
                "vol-dumpxml",
                "vol-resize",
                "vol-check",
                "vol-repair",
                "vol-clone",
                "vol-convert",
                "vol-move",
                "vol-flatten",
                "vol-commit",
                "vol-compact",
                "vol-wipe",
                "vol-download",
                "vol-upload",
                "vol-rename",
                "vol-label",
                "vol-secret",
                "vol-graph",
                "vol-restore",
                "vol-delete",
                "snapshot-create-as",
                "snapshot-list",
                "snapshot-info",
                "snapshot-revert",
                "snapshot-delete",
                "op-list",
                "op-info",
                "op-wait",
                "op-cancel",
                "events",
                "node-list",
                "completion"
            })
    void everyVerbHasHelpWithAnExample(String verb) {
        var run = client.run(verb + " --help");

        assertThat(run.code()).isZero();
        assertThat(run.out())
                .startsWith("Usage: cistern " + verb)
                .contains("Example: ")
                .contains("cistern " + verb)
                .contains("--url");
        assertThat(client.run("--help").out()).contains("  " + verb);
        assertThat(server.lines()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "pool-info,Usage: cistern pool-info",
        "pool-info a b,Usage: cistern pool-info",
        "pool-list --al,Usage: cistern pool-list",
        "vol-list,Usage: cistern vol-list",
        "vol-list images -o yaml,Usage: cistern vol-list",
        "vol-create-as images web1 1G --owner root,Usage: cistern vol-create-as"
    })
    void misuseShowsTheUsageOfTheVerb(String line, String usage) {
        var run = client.run(line);

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("error: ").contains(usage);
        assertThat(server.lines()).isEmpty();
    }

    @Test
    void aVerbThatDoesNotExistIsMisuseWithAGuess() {
        var run = client.run("pool-lst");

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).startsWith("error: ").contains("pool-lst").contains("pool-list");
    }

    @Test
    void noVerbIsMisuse() {
        var run = client.run(new String[0]);

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).startsWith("error: a verb is needed").contains("vol-create-as");
    }

    @Test
    void misuseCannotReachTheTerminal() {
        assertThat(client.run("pool-list", "\u001b[2J").err()).doesNotContain("\u001b");
        assertThat(client.run("\u001b[2J").err()).doesNotContain("\u001b");
    }

    @Test
    void printsAScriptThatTheShellUnderstands(@TempDir Path folder)
            throws IOException, InterruptedException {
        var script = folder.resolve("completion");
        Files.writeString(script, client.run("completion bash").out());

        var words =
                new ProcessBuilder(
                                "bash",
                                "-c",
                                ". "
                                        + script
                                        + "; COMP_WORDS=(cistern vol-create-as --f); COMP_CWORD=2; _complete_cistern;"
                                        + " echo ${COMPREPLY[@]}")
                        .redirectErrorStream(true)
                        .start();

        assertThat(words.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(words.inputReader().readAllAsString()).contains("--format");
    }
}
