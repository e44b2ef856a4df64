package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Carries out the commands of one type on volumes, each under its volume's lock. */
interface VolumeHandler<C extends Command.OfVolume> {
    /**
     * Does the work, or finishes what an earlier attempt has begun.
     *
     * @throws IOException if it could not be done and nothing is left of it
     */
    Result apply(C command, VolumeWork work) throws IOException;

    /**
     * Ends the work for good, whatever there is of it: finishes what took effect, undoes the rest.
     *
     * @param work of the operation to settle
     * @return the result that stands, or null if nothing is left
     */
    @Nullable Result settle(C command, VolumeWork work) throws IOException;

    /**
     * The attempt from which on the work is done even if another process has the volume's lock:
     * that one has been silent for as many watches as there were attempts before, and is stopped or
     * hangs. Only what is made in the staging folder and published by one rename may be taken over
     * like that; the withdrawal of the older attempt then decides which one has an effect.
     */
    default int takeover() {
        return Integer.MAX_VALUE;
    }

    /** Whether it only reads the volume, which others may do meanwhile. */
    default boolean shares() {
        return false;
    }

    /** Names of the crash points between its steps, in their order. */
    List<String> crashPoints();
}
