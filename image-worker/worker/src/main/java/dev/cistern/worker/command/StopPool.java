package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.worker.execution.PoolProbes;
import dev.cistern.worker.execution.Work;
import java.util.List;

/** Takes this worker's leave of a pool's folder, in which it keeps nothing open. */
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
    public Result handle(Command.StopPool command, Work work) {
        probes.forget(command.pool());
        return new Result.PoolStopped();
    }
}
