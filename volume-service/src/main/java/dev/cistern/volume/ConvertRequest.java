package dev.cistern.volume;

import dev.cistern.common.message.ImageOptions;
import org.jspecify.annotations.Nullable;

/**
 * What a volume's image is to become, under the same name.
 *
 * @param format null for the one that it has
 * @param options beyond it
 */
public record ConvertRequest(@Nullable String format, ImageOptions options) {
    /** Refuses what is no format. */
    public ConvertRequest {
        if (format != null) {
            VolumeRequest.requireFormat(format);
        }
    }

    /** The format that a volume is to have. */
    public String format(Volume volume) {
        var as = format == null ? volume.format() : format;
        require(as, volume.capacity(), options);
        return as;
    }

    /**
     * Refuses what an image cannot become.
     *
     * @throws dev.cistern.common.problem.ProblemException with the option and its rule
     */
    public static void require(String format, long capacity, ImageOptions options) {
        CreationRules.requireFilled(format, capacity, options);
    }
}
