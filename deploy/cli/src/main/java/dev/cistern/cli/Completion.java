package dev.cistern.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code completion}. */
@Command(
        name = "completion",
        description = "Prints a script by which the shell completes verbs and options.",
        footer = "%nExample: source <(cistern completion bash)")
final class Completion implements Runnable {
    /** The shells that understand the script. */
    enum Shell {
        BASH,
        ZSH;

        @Override
        public String toString() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    @Parameters(
            paramLabel = "SHELL",
            arity = "0..1",
            description = "${COMPLETION-CANDIDATES} (default: bash)")
    @SuppressWarnings("UnusedVariable") // one script serves both
    private Shell shell = Shell.BASH;

    @Spec private CommandSpec spec;

    /** Made by the registry of verbs. */
    @SuppressWarnings("NullAway.Init")
    Completion() {}

    @Override
    public void run() {
        var root = spec.root().commandLine();
        root.getOut().print(AutoComplete.bash(root.getCommandName(), root));
        root.getOut().flush();
    }
}
