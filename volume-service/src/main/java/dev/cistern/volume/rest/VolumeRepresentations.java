package dev.cistern.volume.rest;

import dev.cistern.common.operation.Representations;
import dev.cistern.volume.work.VolumeService;
import dev.cistern.volume.xml.VolumeDocument;
import io.smallrye.common.annotation.Identifier;
import jakarta.inject.Singleton;
import java.util.List;

/** What is shown of volumes: JSON and libvirt's XML. */
@Singleton
@Identifier("volume")
public class VolumeRepresentations implements Representations {
    private final VolumeService service;

    VolumeRepresentations(VolumeService service) {
        this.service = service;
    }

    @Override
    public List<Object> of(String resource) {
        var volume = service.get(resource);
        return List.of(VolumeView.of(volume), VolumeDocument.write(volume, service.image(volume)));
    }
}
