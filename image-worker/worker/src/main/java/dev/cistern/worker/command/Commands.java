package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.worker.execution.CommandExecutor;
import dev.cistern.worker.execution.Hand;
import dev.cistern.worker.execution.PoolProbes;
import dev.cistern.worker.execution.Work;
import dev.cistern.worker.transfer.Transfers;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

/** The handler of each command: a command without one does not compile. */
public final class Commands implements CommandExecutor.Handler {
    private final BuildPool buildPool;
    private final StartPool startPool;
    private final StopPool stopPool;
    private final ReleasePool releasePool;
    private final DeletePool deletePool;
    private final ScanPool scanPool;
    private final LookAtFile lookAtFile;
    private final PurgeLeftover purgeLeftover;
    private final Settle settle;
    private final VolumeHandlers volumes;
    private final PoolProbes probes;
    private final Passphrases passphrases;

    /** A command with its handler. */
    private record Bound<C extends Command>(CommandHandler<C> handler, C command) {
        Result handle(Work work) throws IOException {
            return handler.handle(command, work);
        }
    }

    /**
     * Handlers of this process's commands.
     *
     * @param probes which watch the pools that commands are carried out on
     * @param hand where a settling stops the operation that it settles
     * @param transfers where clients have their part in commands
     * @param passphrases of encrypted images
     */
    public Commands(PoolProbes probes, Hand hand, Transfers transfers, Passphrases passphrases) {
        this.probes = probes;
        this.passphrases = passphrases;
        volumes = new VolumeHandlers(transfers);
        buildPool = new BuildPool();
        startPool = new StartPool(probes);
        stopPool = new StopPool(probes);
        releasePool = new ReleasePool(probes);
        deletePool = new DeletePool(probes);
        scanPool = new ScanPool(probes);
        lookAtFile = new LookAtFile(probes);
        purgeLeftover = new PurgeLeftover(probes);
        settle = new Settle(probes, hand, volumes, passphrases);
    }

    @Override
    public Result carryOut(Command command, Work work) {
        try {
            return bind(command).handle(work);
        } catch (ProblemException e) {
            return new Result.CommandFailed(e.problem());
        } catch (IOException e) {
            return new Result.CommandFailed(Problems.of(e, command));
        }
    }

    private Bound<?> bind(Command command) {
        return switch (command) {
            case Command.BuildPool build -> new Bound<>(buildPool, build);
            case Command.StartPool start -> new Bound<>(startPool, start);
            case Command.StopPool stop -> new Bound<>(stopPool, stop);
            case Command.ReleasePool release -> new Bound<>(releasePool, release);
            case Command.DeletePool remove -> new Bound<>(deletePool, remove);
            case Command.ScanPool scan -> new Bound<>(scanPool, scan);
            case Command.LookAtFile look -> new Bound<>(lookAtFile, look);
            case Command.PurgeLeftover purge -> new Bound<>(purgeLeftover, purge);
            case Command.Settle settling -> new Bound<>(settle, settling);
            case Command.OfVolume ofVolume -> framed(volumes.of(ofVolume));
        };
    }

    private <C extends Command.OfVolume> Bound<C> framed(VolumeHandlers.Bound<C> bound) {
        return new Bound<>(
                new VolumeFrame<>(bound.handler(), probes, passphrases), bound.command());
    }

    /**
     * Names of the places where a test may stop the process, in the order in which this command
     * passes them; each is armed as the command's name, a colon, and this.
     */
    public List<String> crashPoints(Command command) {
        return Stream.of(
                        Stream.of("command-taken"),
                        bind(command).handler().crashPoints().stream(),
                        Stream.of("result-sent"))
                .flatMap(points -> points)
                .toList();
    }
}
