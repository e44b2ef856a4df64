package dev.cistern.pool.rest;

import dev.cistern.common.http.Page;
import dev.cistern.pool.PoolCapability;
import dev.cistern.pool.xml.CapabilitiesXml;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

/** Which types of pools there are, and what can be in them. */
@Path("/v1/pool-capabilities")
@RunOnVirtualThread
public class CapabilitiesResource {

    /** All types that libvirt knows. */
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public Page<PoolCapability> list() {
        return new Page<>(PoolCapability.all(), null);
    }

    /** The same in libvirt's words ({@code virsh pool-capabilities}). */
    @GET
    @Produces(MediaType.APPLICATION_XML)
    public String xml() {
        return CapabilitiesXml.write(PoolCapability.all());
    }
}
