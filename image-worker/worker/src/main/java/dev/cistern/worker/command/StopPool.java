package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.worker.execution.PoolProbes;
import dev.cistern.worker.execution.Work;
import dev.cistern.worker.mount.Mounts;
import java.io.IOException;
import java.util.List;

/**
 * Takes this worker's leave of a pool's folder, in which it keeps nothing open, and takes off what
 * is mounted there for the pool.
 */
final class StopPool implements CommandHandler<Command.StopPool> {
    private final PoolProbes probes;

    StopPool(PoolProbes probes) {
        this.probes = probes;
    }

    @Override
    public List<String> crashPoints() {
        return List.of();
    }

    @Override
    public Result handle(Command.StopPool command, Work work) throws IOException {
        probes.forget(command.pool());
        work.requireStanding();
        Mounts.leave(command.pool());
        return new Result.PoolStopped();
    }
}
