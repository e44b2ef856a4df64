package dev.cistern.common.operation;

import java.util.Collection;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The use cases of a service by the kind of their operations. */
final class UseCases {
    private final Map<String, UseCase> byKind;

    UseCases(Collection<? extends UseCase> useCases) {
        byKind = useCases.stream().collect(Collectors.toMap(UseCase::kind, Function.identity()));
    }

    UseCase of(Operation operation) {
        var useCase = byKind.get(operation.kind());
        if (useCase == null) {
            throw new IllegalStateException(
                    "no use case for operations of kind " + operation.kind());
        }
        return useCase;
    }
}
