package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.worker.execution.PoolProbes;
import dev.cistern.worker.execution.Work;
import dev.cistern.worker.folder.PoolFolder;
import java.io.IOException;
import java.util.List;

/** Removes a leftover. One that is not there any more is as it should be. */
final class PurgeLeftover implements CommandHandler<Command.PurgeLeftover> {
    private final PoolProbes probes;

    PurgeLeftover(PoolProbes probes) {
        this.probes = probes;
    }

    @Override
    public List<String> crashPoints() {
        return List.of("purge");
    }

    @Override
    public Result handle(Command.PurgeLeftover command, Work work) throws IOException {
        try (var pool = PoolFolder.open(command.pool())) {
            probes.watch(command.pool());
            pool.requireInPlace();
            work.requireWanted();
            work.requireStanding();
            pool.purge(command.room(), command.name(), command.inode());
        }
        work.crashPoint("purge");
        return new Result.LeftoverPurged();
    }
}
