package dev.cistern.volume.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.cistern.common.http.OperationView;
import dev.cistern.volume.work.TransferService.Transfer;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A transfer as the API shows it.
 *
 * @param operation its id, which is that of the transfer too
 * @param state of the operation
 * @param url where it is; absent while no worker has it; at another one than before an upload
 *     begins anew
 * @param idleSeconds how long the client may be away
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TransferView(
        UUID operation,
        String direction,
        String state,
        @Nullable String worker,
        @Nullable String url,
        long idleSeconds) {

    /**
     * The operation that was accepted, with what is told only once.
     *
     * @param token absent if the client chose it
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Accepted(@JsonUnwrapped OperationView operation, @Nullable String token) {}

    static TransferView of(Transfer transfer) {
        var operation = transfer.operation();
        return new TransferView(
                operation.id(),
                transfer.upload() ? "upload" : "download",
                operation.state().name().toLowerCase(Locale.ROOT),
                operation.worker(),
                transfer.url().orElse(null),
                transfer.ticket().idleSeconds());
    }
}
