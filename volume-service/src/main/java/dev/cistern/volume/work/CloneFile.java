package dev.cistern.volume.work;

import dev.cistern.common.message.CloneStrategy;
import dev.cistern.common.message.Command;
import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.ImageRef;
import dev.cistern.common.message.ImageShape;
import dev.cistern.common.message.ImageSource;
import dev.cistern.common.message.Result;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.operation.Turn;
import dev.cistern.common.operation.UseCase;
import dev.cistern.common.problem.Problem;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.volume.CloneRequest;
import dev.cistern.volume.Ledger;
import dev.cistern.volume.Origin;
import dev.cistern.volume.Volume;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Has a worker look at a file that is no volume, promises the capacity that it turns out to have,
 * and has a volume made that reads the same. The file stays what it was.
 */
record CloneFile(Workshop workshop) implements UseCase {
    static final String KIND = "CloneFile";

    /**
     * Of what, and how.
     *
     * @param pool that the file is in
     */
    record Request(UUID pool, String file, CloneRequest wanted) {}

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Turn begin(Operation operation) {
        var request = operation.request(Request.class);
        var from = workshop.pools().get(request.pool());
        return Workshop.closed(from, workshop.pool(operation))
                .<Turn>map(Turn.Fail::new)
                .orElseGet(
                        () -> new Turn.Send(new Command.LookAtFile(from.place(), request.file())));
    }

    @Override
    public Turn completed(Operation operation, Result result) {
        return switch (result) {
            case Result.FileSeen(var file) -> seen(operation, file);
            case Result.VolumeCloned cloned -> new CloneVolume(workshop).cloned(operation, cloned);
            default -> throw Workshop.unexpected(operation, result);
        };
    }

    /** What could not be refused before is the end of the operation. */
    private Turn seen(Operation operation, FileFacts file) {
        try {
            return new Turn.Send(making(operation, file));
        } catch (ProblemException refusal) {
            return new Turn.Fail(refusal.problem());
        }
    }

    private Command making(Operation operation, FileFacts file) {
        var request = operation.request(Request.class);
        var clone = request.wanted();
        var origin = Origin.of(file);
        requireLowest(clone, file);
        clone.requireShape(origin, file.capacity());
        var volume = promised(operation, origin, clone, file.capacity());
        return new Command.CloneVolume(
                workshop.pool(operation).place(),
                volume.id(),
                volume.generation(),
                volume.name(),
                volume.format(),
                Objects.requireNonNullElse(clone.shape().permissions(), file.permissions()),
                new ImageSource(
                        workshop.pools().get(request.pool()).place(),
                        null,
                        new ImageRef(file.name(), file.format(), file.inode())),
                clone.strategy(),
                shape(clone, origin, file.capacity(), volume));
    }

    /** How deep a chain is below a file is known of volumes only. */
    private static void requireLowest(CloneRequest clone, FileFacts file) {
        if (clone.strategy() == CloneStrategy.LINKED && file.backingFile() != null) {
            throw new ProblemException(
                    ProblemCode.UNSUPPORTED,
                    "file '%s' builds on '%s' itself: refresh the pool, which makes it a volume, to make a linked clone of it, or clone in full"
                            .formatted(file.name(), file.backingFile()));
        }
    }

    private Volume promised(Operation operation, Origin origin, CloneRequest clone, long capacity) {
        var id = operation.target();
        var bytes = clone.shape().capacity(capacity);
        workshop.ledger()
                .reserve(
                        workshop.pool(operation),
                        new Ledger.Demand(bytes, clone.shape().options().takesSpace(), id));
        workshop.volumes().shaped(id, clone.format(origin), bytes);
        workshop.volumes().encrypted(id, clone.encryption(origin, capacity));
        return workshop.volumes().get(id);
    }

    /** Null for a copy of the file, or a usual link to it. */
    private static @Nullable ImageShape shape(
            CloneRequest clone, Origin origin, long bytes, Volume volume) {
        var linked = clone.strategy() == CloneStrategy.LINKED;
        var like = linked ? volume.format() : origin.format();
        return clone.shape().isThatOf(volume.format(), like, bytes)
                        && !(linked && volume.encryption() != null)
                ? null
                : clone.shape().of(origin, bytes, volume.format(), volume.encryption());
    }

    /** Before a file was cloned there is nothing that could be left of a clone. */
    @Override
    public void failed(Operation operation, Problem problem) {
        var births = new Births(workshop);
        if (operation.command() != null && operation.sentCommand() instanceof Command.CloneVolume) {
            births.notBorn(operation, problem);
        } else {
            births.neverBegun(operation, problem);
        }
    }
}
