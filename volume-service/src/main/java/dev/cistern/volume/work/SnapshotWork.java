package dev.cistern.volume.work;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.PoolPlace;
import dev.cistern.common.message.Result;
import dev.cistern.common.message.SnapshotFacts;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.problem.Problem;
import dev.cistern.volume.Chains;
import dev.cistern.volume.Dependents;
import dev.cistern.volume.Snapshot;
import dev.cistern.volume.SnapshotRequest;
import dev.cistern.volume.Volume;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;

/** Takes snapshots, gives them up, and makes volumes what they were. */
sealed interface SnapshotWork extends Change {
    /** The rows. */
    SnapshotStock stock();

    /** What the user sees of a success. */
    record Done(UUID volumeId, UUID snapshotId, String name, long capacity) {}

    /** The snapshot that an operation is about. */
    default Snapshot snapshot(Operation operation) {
        return stock().rows().get(operation.request(SnapshotRequest.class).snapshot());
    }

    @Override
    default Object shown(Operation operation, Volume now, Result.OfFile result) {
        var snapshot = snapshot(operation);
        return new Done(now.id(), snapshot.id(), snapshot.name(), snapshot.capacity());
    }

    /** What was told of snapshots in files of their own. */
    default void measured(Result.OfFile result) {
        if (result instanceof Result.VolumeChanged changed && !changed.kept().isEmpty()) {
            stock().rows().measured(changed.volumeId(), changed.kept());
        }
    }

    /** The one that is there. */
    default Snapshot requireThere(Operation operation, Volume volume) {
        return stock().there(operation.request(SnapshotRequest.class).snapshot(), volume);
    }

    /** Keeps a volume as it is. */
    record Create(SnapshotStock stock, SnapshotKinds kinds) implements SnapshotWork {
        @Override
        public String kind() {
            return SnapshotRequest.CREATE;
        }

        @Override
        public String verb() {
            return "snapshotted";
        }

        @Override
        public Command.OnImage command(Operation operation, Volume volume, PoolPlace pool) {
            var request = operation.request(SnapshotRequest.class);
            var id = request.snapshot();
            var kind = kinds().of(volume, request.wanted());
            stock().rows().taking(id, Instant.now().truncatedTo(ChronoUnit.MICROS), kind);
            var ref = stock().rows().get(id).ref();
            var generation = volume.generation();
            return switch (kind) {
                case INTERNAL ->
                        new Command.CreateSnapshot(
                                pool, volume.id(), generation, volume.image(), ref);
                case COPY ->
                        new Command.KeepCopy(pool, volume.id(), generation, volume.image(), ref);
                case EXTERNAL -> {
                    kinds().requireRoomFor(volume);
                    yield new Command.SealImage(pool, volume.id(), generation, volume.image(), ref);
                }
            };
        }

        @Override
        public void completed(Operation operation, Volume before, Result.OfFile result) {
            var snapshot = snapshot(operation);
            var facts =
                    SnapshotStock.find(result.file().snapshots(), snapshot)
                            .orElseGet(() -> unlisted(snapshot, before));
            if (snapshot.kind() == Snapshot.Kind.EXTERNAL) {
                stock().rows().sealed(snapshot.id(), before.backingFile());
            }
            measured(result);
            if (stock().rows().taken(snapshot.id(), facts)) {
                stock().events().publish("created", snapshot.id(), operation);
            }
        }

        /** Of a file of its own, or of an image with more snapshots than a worker lists. */
        private static SnapshotFacts unlisted(Snapshot snapshot, Volume volume) {
            return new SnapshotFacts("", snapshot.name(), snapshot.takenAt(), volume.capacity(), 0);
        }

        @Override
        public void failed(Operation operation, Problem problem) {
            var id = operation.request(SnapshotRequest.class).snapshot();
            if (stock().rows().notTaken(id)) {
                stock().events().publish("failed", id, operation, problem);
            }
        }
    }

    /** Gives a snapshot up. */
    record Delete(SnapshotStock stock, Chains chains) implements SnapshotWork {
        @Override
        public String kind() {
            return SnapshotRequest.DELETE;
        }

        @Override
        public String verb() {
            return "snapshotted";
        }

        @Override
        public Command.OnImage command(Operation operation, Volume volume, PoolPlace pool) {
            var snapshot = requireThere(operation, volume);
            var generation = volume.generation();
            return switch (snapshot.kind()) {
                case INTERNAL ->
                        new Command.DeleteSnapshot(
                                pool, volume.id(), generation, volume.image(), snapshot.ref());
                case COPY ->
                        new Command.DropCopy(
                                pool, volume.id(), generation, volume.image(), snapshot.ref());
                case EXTERNAL -> {
                    Dependents.refuseIfAny(snapshot, volume, chains().over(snapshot));
                    yield new Command.DropSealed(
                            pool, volume.id(), generation, volume.image(), snapshot.ref());
                }
            };
        }

        @Override
        public void completed(Operation operation, Volume before, Result.OfFile result) {
            var snapshot = snapshot(operation);
            if (snapshot.kind() == Snapshot.Kind.EXTERNAL) {
                stock().rows().merged(snapshot, snapshot.file(before.format()));
                measured(result);
            }
            stock().gone(snapshot.id(), operation);
        }
    }

    /** Makes a volume what it was. */
    record Revert(SnapshotStock stock, Chains chains) implements SnapshotWork {
        @Override
        public String kind() {
            return SnapshotRequest.REVERT;
        }

        @Override
        public String verb() {
            return "reverted";
        }

        @Override
        public Command.OnImage command(Operation operation, Volume volume, PoolPlace pool) {
            chains().requireNoChildren(volume, "reverted");
            var snapshot = requireThere(operation, volume);
            var generation = volume.generation();
            return switch (snapshot.kind()) {
                case INTERNAL ->
                        new Command.RevertToSnapshot(
                                pool, volume.id(), generation, volume.image(), snapshot.ref());
                case COPY ->
                        new Command.ReturnToCopy(
                                pool, volume.id(), generation, volume.image(), snapshot.ref());
                case EXTERNAL -> {
                    stock().requireNoneInside(volume);
                    yield new Command.ReturnToSealed(
                            pool, volume.id(), generation, volume.image(), snapshot.ref());
                }
            };
        }

        @Override
        public void completed(Operation operation, Volume before, Result.OfFile result) {
            stock().rows().revertedTo(snapshot(operation).id());
        }
    }
}
