package dev.cistern.volume.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.cistern.common.http.ProblemBody;
import dev.cistern.volume.Volume;
import dev.cistern.volume.work.PreflightService.Report;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a request would come to, as the API shows it; sizes in bytes.
 *
 * @param accepted whether it would be
 * @param waits whether it would wait for what is before it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PreflightView(
        boolean accepted,
        boolean waits,
        @Nullable Map<String, Object> problem,
        List<UUID> operations,
        List<String> children,
        String pool,
        long promised,
        long allowed,
        long available) {

    static PreflightView of(Report report) {
        var refusal = report.refusal();
        return new PreflightView(
                refusal == null,
                report.waits(),
                refusal == null ? null : ProblemBody.of(refusal),
                report.before(),
                report.children().stream().map(Volume::name).toList(),
                report.pool(),
                report.promised(),
                report.allowed(),
                report.available());
    }
}
