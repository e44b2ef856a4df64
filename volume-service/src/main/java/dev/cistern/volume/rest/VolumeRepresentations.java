package dev.cistern.volume.rest;

import dev.cistern.common.operation.Representations;
import dev.cistern.volume.work.VolumeService;
import io.smallrye.common.annotation.Identifier;
import jakarta.inject.Singleton;
import java.util.List;

/** What is shown of volumes. */
@Singleton
@Identifier("volume")
public class VolumeRepresentations implements Representations {
    private final VolumeService service;

    VolumeRepresentations(VolumeService service) {
        this.service = service;
    }

    @Override
    public List<Object> of(String resource) {
        return List.of(VolumeView.of(service.get(resource)));
    }
}
