package dev.cistern.common.operation;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Json;
import dev.cistern.common.message.Lane;
import dev.cistern.common.problem.Problem;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An accepted request as its row has it (AIP-151's long-running operation).
 *
 * @param sequence order of acceptance within the service
 * @param kind names the use case, for example {@code CreateVolume}
 * @param request what was asked, as the use case wrote it down, JSON
 * @param command the command that is or was sent, JSON, or null before its turn and while the
 *     services talk
 * @param attempt how often a command was sent; 0 before
 * @param attemptsBefore how many of these were other commands, which are done
 * @param settles the operation whose traces this one removes, or null
 * @param deadline seconds that it may take from its turn on
 * @param bytesPerSecond how fast it goes, as last seen; 0 while unknown
 * @param maxBytesPerSecond how fast it may go, or null
 */
public record Operation(
        UUID id,
        long sequence,
        String kind,
        String targetType,
        UUID target,
        String targetName,
        UUID pool,
        String tenant,
        String actor,
        OperationState state,
        String stage,
        long bytesDone,
        long bytesTotal,
        long bytesPerSecond,
        @Nullable Long maxBytesPerSecond,
        String group,
        Lane lane,
        String request,
        @Nullable String command,
        int attempt,
        int attemptsBefore,
        @Nullable String worker,
        @Nullable UUID settles,
        @Nullable String traceparent,
        long deadline,
        Instant createdAt,
        @Nullable Instant startedAt,
        Instant updatedAt,
        @Nullable Instant finishedAt,
        @Nullable String problem,
        @Nullable String result) {

    /** Kind of the internal operation that settles another. */
    public static final String SETTLE = "Settle";

    /** Whether its command may be on its way or in hand. */
    public boolean dispatched() {
        return attempt > attemptsBefore;
    }

    /** Whether it removes the traces of another operation; such a one is not shown to users. */
    public boolean settling() {
        return settles != null;
    }

    /** Whether a request may still end it early. */
    public boolean mayCancel() {
        return !state.ended() && state != OperationState.CANCELLING && !settling();
    }

    /** What was asked. */
    public <T> T request(Class<T> type) {
        return Json.readOwn(request, type);
    }

    /** The command that was sent. */
    public Command sentCommand() {
        if (command == null) {
            throw new IllegalStateException("operation " + id + " has not sent a command");
        }
        return Json.readOwn(command, Command.class);
    }

    /** Why it failed or is being cancelled, or null. */
    public @Nullable Problem why() {
        return problem == null ? null : Json.readOwn(problem, Problem.class);
    }
}
