package dev.cistern.common.message;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.UUID;

/** What every worker must hear. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface Control {
    /** Whoever runs this operation stops it as soon as it can and reports it cancelled. */
    record CancelOperation(UUID operation) implements Control {}

    /** The pool is stopped: whoever has it mounted takes that off. */
    record LeavePool(PoolPlace pool) implements Control {}
}
