package dev.cistern.common.operation;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The use cases of a service by the kind of their operations. */
final class UseCases {
    private final Map<String, UseCase> byKind;

    UseCases(Collection<? extends UseCase> useCases) {
        byKind = useCases.stream().collect(Collectors.toMap(UseCase::kind, Function.identity()));
    }

    /** Sorts what is about operations by their use case, in the order given otherwise. */
    <T> Map<UseCase, List<T>> byKind(List<T> all, Function<T, Operation> operation) {
        return all.stream()
                .collect(
                        Collectors.groupingBy(
                                one -> of(operation.apply(one)),
                                LinkedHashMap::new,
                                Collectors.toList()));
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
