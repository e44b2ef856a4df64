package dev.cistern.volume.work;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.common.message.Ticket;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.operation.Turn;
import dev.cistern.volume.PoolView;
import java.util.UUID;

/** Lets clients fetch what is in volumes. */
record DownloadVolume(Workshop workshop) implements InPool {
    static final String KIND = "DownloadVolume";

    /**
     * By whom, and what.
     *
     * @param asGuestSees whether it is what a guest reads, or the bytes of the file
     */
    record Request(Ticket ticket, boolean asGuestSees) {}

    /** What the user sees of a success. */
    private record Downloaded(UUID volumeId, long bytes) {}

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Turn begin(Operation operation, PoolView pool) {
        var volume = workshop.volumes().get(operation.target());
        volume.requireFile();
        var request = operation.request(Request.class);
        return new Turn.Send(
                new Command.DownloadVolume(
                        pool.place(),
                        volume.id(),
                        volume.generation(),
                        volume.image(),
                        request.ticket(),
                        request.asGuestSees()));
    }

    @Override
    public Turn completed(Operation operation, Result result) {
        if (!(result instanceof Result.VolumeDownloaded(var id, var bytes))) {
            throw Workshop.unexpected(operation, result);
        }
        var state = workshop.volumes().get(id).state();
        workshop.events().publish("downloaded", id, state, operation);
        return new Turn.Finish(new Downloaded(id, bytes));
    }
}
