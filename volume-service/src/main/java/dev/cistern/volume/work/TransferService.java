package dev.cistern.volume.work;

import dev.cistern.common.message.Lane;
import dev.cistern.common.message.Ticket;
import dev.cistern.common.operation.Claim;
import dev.cistern.common.operation.NewOperation.Requester;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.volume.Upload;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What clients fetch from volumes and deliver into them. Bytes go past this service: a worker has
 * them, and says where.
 */
@Singleton
public class TransferService {
    private static final Set<String> KINDS = Set.of(DownloadVolume.KIND, Upload.KIND);

    /** How late it is seen that a worker is ready. */
    private static final Duration LOOK = Duration.ofMillis(25);

    private final VolumeWork work;
    private final VolumeService volumes;
    private final Reception reception;

    TransferService(VolumeWork work, VolumeService volumes) {
        this.work = work;
        this.volumes = volumes;
        this.reception = new Reception(work);
    }

    /**
     * A transfer.
     *
     * @param operation as whose part it goes on
     * @param ticket of its client
     * @param url where it is; empty if it is not there yet, or not any more
     */
    public record Transfer(Operation operation, Ticket ticket, Optional<String> url) {
        /** Whether the client delivers. */
        public boolean upload() {
            return operation.kind().equals(Upload.KIND);
        }
    }

    /**
     * Accepts that a client fetches what is in a volume.
     *
     * @param reference id or {@code POOL:NAME}
     * @param asGuestSees whether it is given what a guest reads, or the bytes of the file
     * @throws ProblemException if there is no such volume, or its pool is not running
     */
    public Operation download(
            String reference, Ticket ticket, boolean asGuestSees, Requester requester) {
        return reception.take(
                requester,
                () -> {
                    var volume = reception.existing(reference);
                    var claims = new ArrayList<>(List.of(Claim.shared(volume.id())));
                    if (asGuestSees) {
                        work.workshop().chains().below(volume).stream()
                                .filter(base -> !base.id().equals(volume.id()))
                                .map(base -> Claim.shared(base.id()))
                                .distinct()
                                .forEach(claims::add);
                    }
                    return reception.accept(
                            new Reception.Order(
                                    DownloadVolume.KIND,
                                    volume.id(),
                                    volume.name(),
                                    work.workshop().pools().open(volume.poolId()),
                                    Lane.BULK,
                                    claims,
                                    new DownloadVolume.Request(ticket, asGuestSees),
                                    reception.creationOf(volume)),
                            requester);
                });
    }

    /**
     * Accepts that a client delivers another content for a volume.
     *
     * @param reference id or {@code POOL:NAME}
     * @throws ProblemException the same, or if there is no room for it
     */
    public Operation upload(String reference, Upload upload, Requester requester) {
        return volumes.change(reference, upload, requester);
    }

    /**
     * Where a transfer is, as soon as a worker has it, or after the wait.
     *
     * @param atMost how long to wait for one that has not ended
     * @throws ProblemException if the operation is none
     */
    public Transfer find(UUID id, Duration atMost) {
        var deadline = System.nanoTime() + atMost.toNanos();
        var found = look(id);
        while (found.url().isEmpty()
                && !found.operation().state().ended()
                && System.nanoTime() - deadline < 0
                && paused()) {
            found = look(id);
        }
        return found;
    }

    private Transfer look(UUID id) {
        var operation = work.runtime().operations().get(id);
        if (!KINDS.contains(operation.kind())) {
            throw new ProblemException(
                    ProblemCode.TRANSFER_NOT_FOUND,
                    "operation %s is no transfer but a %s".formatted(id, operation.kind()));
        }
        return new Transfer(
                operation,
                operation.kind().equals(Upload.KIND)
                        ? operation.request(Upload.class).ticket()
                        : operation.request(DownloadVolume.Request.class).ticket(),
                operation.state().ended() ? Optional.empty() : work.runtime().watchdog().url(id));
    }

    private static boolean paused() {
        try {
            Thread.sleep(LOOK);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
