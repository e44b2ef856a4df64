package dev.cistern.common.problem;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/**
 * The stable reasons for a refusal or a failure, each with its HTTP status and a title that never
 * varies.
 */
public enum ProblemCode {
    INVALID_REQUEST(422, "The request is not valid"),
    MALFORMED_REQUEST(400, "The request cannot be read"),
    POOL_NOT_FOUND(404, "No such storage pool"),
    VOLUME_NOT_FOUND(404, "No such volume"),
    SNAPSHOT_NOT_FOUND(404, "No such snapshot"),
    ORPHAN_NOT_FOUND(404, "No such orphan"),
    OPERATION_NOT_FOUND(404, "No such operation"),
    NODE_NOT_FOUND(404, "No such node"),
    TRANSFER_NOT_FOUND(404, "No such transfer"),
    TRANSFER_OVER(410, "The transfer is over"),
    TOKEN_MISSING(401, "A token is needed"),
    TOKEN_WRONG(403, "The token is not that of the transfer"),
    RANGE_NOT_SATISFIABLE(416, "The range is not within the content"),
    FILE_NOT_FOUND(404, "No such file"),
    NAME_TAKEN(409, "The name is taken"),
    FILE_EXISTS(409, "A file with that name exists"),
    POOL_NOT_RUNNING(409, "The storage pool is not running"),
    POOL_NOT_INACTIVE(409, "The storage pool is not inactive"),
    POOL_NOT_EMPTY(409, "The storage pool has volumes"),
    POOL_FULL(507, "The storage pool has no room for this"),
    POOL_INACCESSIBLE(503, "The storage pool cannot be reached"),
    POOL_FOREIGN(409, "The folder belongs to another storage pool"),
    VOLUME_IN_USE(409, "The volume is in use"),
    VOLUME_STATE(409, "The state of the volume does not allow this"),
    VOLUME_MISSING(409, "The file of the volume is not there"),
    VOLUME_HAS_CHILDREN(409, "Other volumes build on the volume"),
    CHAIN_TOO_DEEP(409, "The chain of backing files is too long"),
    VOLUME_DRIFTED(409, "The file of the volume was replaced from outside"),
    SECRET_UNAVAILABLE(409, "The passphrase cannot be had"),
    STALE(409, "A later change has overtaken this one"),
    DEPENDENCY_FAILED(424, "An operation that this one builds on failed"),
    IDEMPOTENCY_KEY_REUSED(422, "The idempotency key belongs to another request"),
    PRECONDITION_FAILED(412, "The resource is not as expected"),
    OPERATION_ENDED(409, "The operation has ended"),
    CANCELLED(409, "The operation was cancelled"),
    DEADLINE_EXCEEDED(504, "The operation ran longer than its deadline"),
    UNSUPPORTED(422, "This is not supported"),
    STORAGE_FULL(507, "The file system is full"),
    STORAGE_READ_ONLY(409, "The file system is read-only"),
    IO_ERROR(500, "The storage reported an error"),
    TOO_MANY_REQUESTS(429, "Too many requests are waiting"),
    UNAVAILABLE(503, "A part that this needs does not answer"),
    INTERNAL(500, "Something went wrong inside Cistern");

    private final int status;
    private final String title;

    ProblemCode(int status, String title) {
        this.status = status;
        this.title = title;
    }

    /** HTTP status of an answer that carries this code. */
    public int status() {
        return status;
    }

    /** The same words for every occurrence (RFC 9457, 3.1.3). */
    public String title() {
        return title;
    }

    /** The code as it is written on the wire, such as {@code pool-full}. */
    @JsonValue
    public String code() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Reads a code as written by {@link #code()}.
     *
     * @return {@link #INTERNAL} for a code of a later version, which this one does not know
     */
    @JsonCreator
    public static ProblemCode of(String code) {
        for (var candidate : values()) {
            if (candidate.code().equals(code)) {
                return candidate;
            }
        }
        return INTERNAL;
    }
}
