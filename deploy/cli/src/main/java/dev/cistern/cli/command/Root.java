package dev.cistern.cli.command;

/** The command that all verbs belong to. */
public interface Root {
    /** What a verb works with. */
    Session session();
}
