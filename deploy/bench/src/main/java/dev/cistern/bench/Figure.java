package dev.cistern.bench;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One thing that was measured.
 *
 * @param figure what, for example "tmpfs: create"
 * @param value of Cistern
 * @param peer what it is compared with, in the same unit; null where that is not installed or there
 *     is no such thing
 * @param ratio how many times better Cistern is; null without a peer
 * @param context what else is needed to read it, such as how many; members of the line
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Figure(
        String figure,
        double value,
        String unit,
        @Nullable Double peer,
        @Nullable Double ratio,
        @JsonAnyGetter Map<String, Object> context) {
    /** A copy of {@code context} is taken. */
    public Figure {
        context = new LinkedHashMap<>(context);
    }

    /** A figure that is the better the higher it is. */
    public static Figure rate(String figure, double value, String unit, @Nullable Double peer) {
        return of(figure, value, unit, peer, peer == null || peer == 0 ? null : value / peer);
    }

    /** A figure that is the better the lower it is. */
    public static Figure cost(String figure, double value, String unit, @Nullable Double peer) {
        return of(figure, value, unit, peer, peer == null || value == 0 ? null : peer / value);
    }

    private static Figure of(
            String figure,
            double value,
            String unit,
            @Nullable Double peer,
            @Nullable Double ratio) {
        return new Figure(
                figure,
                rounded(value),
                unit,
                peer == null ? null : rounded(peer),
                ratio == null ? null : rounded(ratio),
                Map.of());
    }

    /** The same with one more thing that is needed to read it. */
    public Figure with(String name, Object what) {
        var more = new LinkedHashMap<>(context);
        more.put(name, what);
        return new Figure(figure, value, unit, peer, ratio, more);
    }

    /** Three digits that count. */
    private static double rounded(double value) {
        if (value == 0 || Math.abs(value) >= 1000) {
            return Math.rint(value);
        }
        var scale = Math.pow(10, 2 - Math.floor(Math.log10(Math.abs(value))));
        return Math.rint(value * scale) / scale;
    }
}
