package dev.cistern.volume.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.cistern.common.http.Tagged;
import dev.cistern.common.message.ImageEncryption;
import dev.cistern.volume.Volume;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A volume as the API shows it; sizes in bytes. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record VolumeView(
        UUID id,
        String pool,
        UUID poolId,
        String name,
        String path,
        String format,
        long capacity,
        long allocation,
        String state,
        List<String> conditions,
        @Nullable String fault,
        @Nullable String backingFile,
        @Nullable String backingFormat,
        String mode,
        int owner,
        int group,
        String tenant,
        long generation,
        Map<String, String> labels,
        String description,
        Instant createdAt,
        Instant updatedAt,
        Volume.@Nullable LastCheck lastCheck,
        @Nullable ImageEncryption encryption)
        implements Tagged {

    static VolumeView of(Volume volume) {
        return new VolumeView(
                volume.id(),
                volume.pool(),
                volume.poolId(),
                volume.name(),
                volume.path(),
                volume.format(),
                volume.capacity(),
                volume.allocation(),
                volume.state().text(),
                volume.conditions(),
                volume.fault(),
                volume.backingFile(),
                volume.backingFormat(),
                "%04o".formatted(volume.permissions().mode()),
                volume.permissions().owner(),
                volume.permissions().group(),
                volume.tenant(),
                volume.generation(),
                volume.labels(),
                volume.description(),
                volume.createdAt(),
                volume.updatedAt(),
                volume.lastCheck(),
                volume.encryption());
    }
}
