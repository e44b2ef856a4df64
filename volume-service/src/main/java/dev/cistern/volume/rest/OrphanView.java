package dev.cistern.volume.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.cistern.volume.Orphan;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An orphan as the API shows it; sizes in bytes. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record OrphanView(
        UUID id,
        String kind,
        String reason,
        String pool,
        UUID poolId,
        String name,
        String path,
        UUID owner,
        long size,
        long allocation,
        @Nullable Long inode,
        @Nullable Instant modified,
        List<String> remedies) {

    static OrphanView of(Orphan orphan) {
        return new OrphanView(
                orphan.id(),
                orphan.kind().text(),
                orphan.kind().reason(),
                orphan.pool(),
                orphan.poolId(),
                orphan.name(),
                orphan.path(),
                orphan.owner(),
                orphan.size(),
                orphan.allocation(),
                orphan.inode(),
                orphan.modified(),
                orphan.remedies().stream().map(Orphan.Remedy::text).toList());
    }
}
