package dev.cistern.pool.work;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Formatting;
import dev.cistern.common.message.Result;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.operation.Turn;
import dev.cistern.common.problem.Problem;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.pool.Pool;
import dev.cistern.pool.PoolDefinition;
import dev.cistern.pool.PoolState;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Makes the folder of an inactive pool, and the file system on its device if that is asked for. */
public record BuildPool(Workshop workshop) implements PoolVerb {

    /** What is to happen to a device. */
    public enum Device {
        /** Nothing. */
        KEEP,
        /** A file system is made if the device is blank. */
        NO_OVERWRITE,
        /** A file system is made whatever is on the device. */
        OVERWRITE
    }

    /** What was asked. */
    public record Request(Device device) {}

    /**
     * Reads the two flags of virsh.
     *
     * @throws ProblemException if both are given
     */
    public static Request request(boolean overwrite, boolean noOverwrite) {
        if (overwrite && noOverwrite) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST, "overwrite and noOverwrite exclude each other");
        }
        return new Request(
                overwrite ? Device.OVERWRITE : noOverwrite ? Device.NO_OVERWRITE : Device.KEEP);
    }

    @Override
    public Optional<Problem> refusal(Pool pool) {
        return Workshop.unlessUsable(pool).or(() -> Workshop.unlessInactive(pool));
    }

    @Override
    public Duration deadline() {
        return Duration.ofMinutes(10);
    }

    @Override
    public Turn begin(Pool pool, Operation operation) {
        var formatting = formatting(pool, operation.request(Request.class).device());
        pool.building();
        return new Turn.Send(
                new Command.BuildPool(
                        workshop.place(pool), pool.permissions(), formatting.orElse(null)));
    }

    private static Optional<Formatting> formatting(Pool pool, Device wanted) {
        if (wanted == Device.KEEP) {
            return Optional.empty();
        }
        var source = pool.source();
        if (!PoolDefinition.FS.equals(pool.type()) || !source.formattable()) {
            throw new ProblemException(
                    ProblemCode.UNSUPPORTED,
                    "pool '%s' has no device with a format to make a file system of: only pools of type fs with a format have"
                            .formatted(pool.name()));
        }
        return Optional.of(
                new Formatting(
                        Objects.requireNonNull(source.device()),
                        source.formatOrAuto(),
                        wanted == Device.OVERWRITE));
    }

    @Override
    public Turn completed(Operation operation, Result result) {
        if (!(result instanceof Result.PoolBuilt(var folder))) {
            throw PoolVerb.unexpected(operation, result);
        }
        var pool = workshop.pool(operation);
        pool.built(folder);
        workshop.publish("built", pool, PoolState.BUILDING, operation);
        return new Turn.Finish(Map.of("path", pool.path()));
    }

    @Override
    public void undo(Operation operation, Problem problem) {
        var pool = workshop.pool(operation);
        if (pool.state() == PoolState.BUILDING) {
            pool.notBuilt();
        }
    }
}
