package dev.cistern.common.operation;

/** Where an operation stands. */
public enum OperationState {
    /** Behind earlier operations on what it touches. */
    WAITING,
    /** Its turn; not yet taken by a worker. */
    QUEUED,
    /** A worker has it in hand, or the services are talking about it. */
    RUNNING,
    /** To be ended early; what its worker did is being looked at. */
    CANCELLING,
    SUCCEEDED,
    FAILED,
    CANCELLED;

    /** Whether it has ended; an ended operation never changes again. */
    public boolean ended() {
        return switch (this) {
            case SUCCEEDED, FAILED, CANCELLED -> true;
            case WAITING, QUEUED, RUNNING, CANCELLING -> false;
        };
    }
}
