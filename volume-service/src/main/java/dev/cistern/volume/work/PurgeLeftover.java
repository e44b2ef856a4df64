package dev.cistern.volume.work;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Leftover;
import dev.cistern.common.message.Result;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.operation.Turn;
import dev.cistern.volume.PoolView;
import java.util.Map;
import java.util.UUID;

/** Has a worker remove a leftover for good. */
record PurgeLeftover(Workshop workshop, OrphanStock orphans) implements InPool {
    static final String KIND = "PurgeLeftover";

    /** Which. */
    record Request(UUID orphan, Leftover.Room room, String name, long inode) {}

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Turn begin(Operation operation, PoolView pool) {
        var request = operation.request(Request.class);
        return new Turn.Send(
                new Command.PurgeLeftover(
                        pool.place(), request.room(), request.name(), request.inode()));
    }

    @Override
    public Turn completed(Operation operation, Result result) {
        if (!(result instanceof Result.LeftoverPurged)) {
            throw Workshop.unexpected(operation, result);
        }
        var orphan = operation.request(Request.class).orphan();
        orphans.ended("purged", orphan, null, operation);
        return new Turn.Finish(Map.of("orphanId", orphan));
    }
}
