package dev.cistern.pool;

import java.util.List;

/**
 * What a type of pool can do.
 *
 * @param type libvirt's word for it
 * @param supported whether pools of it can be built and started; others are kept only
 * @param sourceFormats what {@code source/format} may be
 * @param volumeFormats what volumes can be created in it
 */
public record PoolCapability(
        String type, boolean supported, List<String> sourceFormats, List<String> volumeFormats) {

    /** All types, those that can be used first. */
    public static List<PoolCapability> all() {
        return PoolDefinition.types().stream()
                .map(PoolCapability::of)
                .sorted(
                        (one, other) ->
                                one.supported() == other.supported()
                                        ? one.type().compareTo(other.type())
                                        : Boolean.compare(other.supported(), one.supported()))
                .toList();
    }

    private static PoolCapability of(String type) {
        var supported = PoolDefinition.USABLE.contains(type);
        return new PoolCapability(
                type,
                supported,
                PoolSource.formats(type).stream().sorted().toList(),
                supported ? List.of("raw", "qcow2") : List.of());
    }
}
