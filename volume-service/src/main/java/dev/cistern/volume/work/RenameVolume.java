package dev.cistern.volume.work;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.PoolPlace;
import dev.cistern.common.message.Result;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.problem.Problem;
import dev.cistern.volume.Volume;
import java.util.UUID;

/** Gives the files of volumes other names, which are kept for them meanwhile. */
record RenameVolume(Workshop workshop) implements Change {
    static final String KIND = "RenameVolume";

    /**
     * To what.
     *
     * @param kept the row that keeps the name
     */
    record Request(String name, UUID kept) {}

    /** What the user sees of a success. */
    private record Renamed(UUID volumeId, String name, String path) {}

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public String verb() {
        return "renamed";
    }

    @Override
    public Command.OnImage command(Operation operation, Volume volume, PoolPlace pool) {
        workshop.chains().requireNoChildren(volume, "renamed");
        return new Command.RenameVolume(
                pool,
                volume.id(),
                volume.generation(),
                volume.image(),
                operation.request(Request.class).name());
    }

    @Override
    public void completed(Operation operation, Volume before, Result.OfFile result) {
        workshop.volumes().letNameGo(operation.request(Request.class).kept());
        workshop.volumes().renamed(before.id(), result.file().name());
    }

    @Override
    public void failed(Operation operation, Problem problem) {
        workshop.volumes().letNameGo(operation.request(Request.class).kept());
    }

    @Override
    public Object shown(Operation operation, Volume now, Result.OfFile result) {
        return new Renamed(now.id(), now.name(), now.path());
    }
}
