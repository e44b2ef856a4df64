package dev.cistern.volume.rest;

import dev.cistern.common.message.Ticket;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.volume.Token;
import dev.cistern.volume.Upload;
import org.jspecify.annotations.Nullable;

/**
 * A request for a transfer, as JSON.
 *
 * @param direction {@code download} or {@code upload}
 * @param token by which the client is known; one that nobody can guess if absent
 * @param idleSeconds how long the client may be away, 60 if absent
 * @param format of a download: {@code raw} for what a guest reads, absent for the file as it is
 * @param size of an upload: bytes of the file
 * @param capacity of an upload: the most that a guest may see of it
 * @param onto of an upload: whether only parts come and the rest stays
 */
public record TransferJson(
        @Nullable String direction,
        @Nullable String token,
        @Nullable Integer idleSeconds,
        @Nullable String format,
        @Nullable Long size,
        @Nullable Long capacity,
        @Nullable Boolean onto) {

    /** The token that the client chose, or that it is given. */
    Token tokenOrNew() {
        return token == null ? Token.random() : new Token(token);
    }

    boolean upload() {
        return switch (direction) {
            case "upload" -> true;
            case "download" -> false;
            case null, default ->
                    throw refused(
                            "direction is '%s', and can be download or upload"
                                    .formatted(direction));
        };
    }

    /** Whether what a guest reads is downloaded. */
    boolean asGuestSees() {
        if (size != null || capacity != null || onto != null) {
            throw refused("'size', 'capacity' and 'onto' are of uploads");
        }
        if (format != null && !format.equals("raw")) {
            throw refused(
                    "format is '%s', and can be raw, or absent for the file as it is: clone the volume with another format, and download that"
                            .formatted(format));
        }
        return format != null;
    }

    Upload request(Ticket ticket) {
        if (format != null) {
            throw refused("'format' is of downloads: what is uploaded has that of the volume");
        }
        return new Upload(ticket, size, capacity, Boolean.TRUE.equals(onto));
    }

    private static ProblemException refused(String why) {
        return new ProblemException(ProblemCode.INVALID_REQUEST, why);
    }
}
