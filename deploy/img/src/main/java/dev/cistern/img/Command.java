package dev.cistern.img;

import java.io.IOException;
import java.util.List;

/** One of qemu-img's subcommands. */
interface Command {
    /** Its options. */
    Options.Known known();

    /** Reads the words that follow its name. */
    default Options read(List<String> words) throws Failure {
        return Options.read(known(), words);
    }

    /**
     * Does what the options ask for.
     *
     * @return the exit code
     * @throws Failure with qemu-img's words
     * @throws IOException for which there are none
     */
    int run(Console console, Options options) throws Failure, IOException;
}
