package dev.cistern.common.message;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What has to be mounted on a pool's folder for the pool to be there, as mount(8) takes it.
 *
 * @param source a device's path, {@code HOST:DIR}, or {@code //HOST/DIR}
 * @param type file system type for {@code mount -t}; null lets mount find out
 * @param options each may be a comma-separated list itself
 */
public record PoolMount(String source, @Nullable String type, List<String> options) {
    /** A copy of {@code options} is taken. */
    public PoolMount {
        options = List.copyOf(options);
    }
}
