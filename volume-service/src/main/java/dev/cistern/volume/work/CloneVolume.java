package dev.cistern.volume.work;

import dev.cistern.common.message.CloneStrategy;
import dev.cistern.common.message.Command;
import dev.cistern.common.message.ImageShape;
import dev.cistern.common.message.ImageSource;
import dev.cistern.common.message.Result;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.operation.Turn;
import dev.cistern.common.operation.UseCase;
import dev.cistern.common.problem.Problem;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.volume.Chains;
import dev.cistern.volume.CloneRequest;
import dev.cistern.volume.Snapshot;
import dev.cistern.volume.Volume;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Has a worker make a volume that reads as another does. */
record CloneVolume(Workshop workshop) implements UseCase {
    static final String KIND = "CloneVolume";

    /**
     * Of what, and how.
     *
     * @param snapshot whose content it is; null for the source as it is then
     * @param shape what it is to be; null in requests of an earlier version
     */
    record Request(
            UUID source,
            CloneStrategy strategy,
            @Nullable UUID snapshot,
            CloneRequest.@Nullable Shape shape) {
        /** What it is to be. */
        CloneRequest.Shape wanted() {
            return Objects.requireNonNullElse(shape, CloneRequest.Shape.SAME);
        }
    }

    /** What the user sees of a success. */
    private record Cloned(
            UUID volumeId, String path, long capacity, long allocation, CloneStrategy strategy) {}

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Turn begin(Operation operation) {
        var request = operation.request(Request.class);
        var source = workshop.volumes().get(request.source());
        source.requireFile();
        var pool = workshop.pool(operation);
        var from = workshop.pools().get(source.poolId());
        var closed = Workshop.closed(from, pool);
        if (closed.isPresent()) {
            return new Turn.Fail(closed.get());
        }
        var volume = workshop.volumes().get(operation.target());
        var snapshot =
                request.snapshot() == null
                        ? null
                        : workshop.snapshots().there(request.snapshot(), source);
        if (request.strategy() == CloneStrategy.LINKED) {
            requireRoomAbove(source, snapshot);
        }
        return new Turn.Send(
                new Command.CloneVolume(
                        pool.place(),
                        volume.id(),
                        volume.generation(),
                        volume.name(),
                        volume.format(),
                        volume.permissions(),
                        new ImageSource(
                                from.place(),
                                source.id(),
                                source.image(),
                                snapshot == null ? null : snapshot.ref()),
                        request.strategy(),
                        shape(
                                request,
                                source,
                                snapshot == null ? source.capacity() : snapshot.capacity(),
                                volume)));
    }

    /** Null if it is as its source is by now. */
    private @Nullable ImageShape shape(Request request, Volume source, long bytes, Volume volume) {
        var wanted = request.wanted();
        var linked = request.strategy() == CloneStrategy.LINKED;
        var file = linked ? volume.format() : source.format();
        var sealed = !linked && Chains.isSealed(source);
        if ((request.snapshot() == null || linked)
                && !sealed
                && !(linked && volume.encryption() != null)
                && wanted.isThatOf(volume.format(), file, bytes)) {
            return null;
        }
        var origin = workshop.origin(source);
        if (request.strategy() == CloneStrategy.REFLINK) {
            workshop.chains().requireNotSealed(source);
            throw CloneRequest.notByReflink(origin);
        }
        return wanted.of(origin, bytes, volume.format(), volume.encryption());
    }

    private void requireRoomAbove(Volume source, @Nullable Snapshot snapshot) {
        if (snapshot != null) {
            snapshot.requireLinkable(source);
        }
        var depth = workshop.chains().depth(new Chains.Base(source, snapshot)) + 1;
        var allowed = workshop.settings().chainDepth();
        if (depth > allowed) {
            throw new ProblemException(
                    ProblemCode.CHAIN_TOO_DEEP,
                    "with a linked clone of '%s' the chain would have %d images, where %d are allowed: flatten one below, or clone in full"
                            .formatted(source.name(), depth, allowed),
                    Map.of("depth", depth, "allowed", allowed));
        }
    }

    @Override
    public Turn completed(Operation operation, Result result) {
        if (!(result instanceof Result.VolumeCloned cloned)) {
            throw Workshop.unexpected(operation, result);
        }
        learn(operation, cloned.strategy());
        return cloned(operation, cloned);
    }

    /** There is a volume that reads as its source did. */
    Turn cloned(Operation operation, Result.VolumeCloned cloned) {
        var file = cloned.file();
        new Births(workshop).born(Map.of(operation, file));
        return new Turn.Finish(
                new Cloned(
                        cloned.volumeId(),
                        workshop.volumes().get(cloned.volumeId()).path(),
                        file.capacity(),
                        file.allocation(),
                        cloned.strategy()));
    }

    /** Whether clones in this pool are quick from now on. */
    private void learn(Operation operation, CloneStrategy used) {
        var request = operation.request(Request.class);
        var source = workshop.volumes().get(request.source());
        if (operation.sentCommand() instanceof Command.CloneVolume clone
                && clone.shape() == null
                && source.poolId().equals(operation.pool())
                && (used == CloneStrategy.REFLINK || request.strategy() == CloneStrategy.BEST)) {
            workshop.pools().clonesByReflink(operation.pool(), used == CloneStrategy.REFLINK);
        }
    }

    @Override
    public void failed(Operation operation, Problem problem) {
        new Births(workshop).notBorn(operation, problem);
    }
}
