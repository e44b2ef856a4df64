package dev.cistern.pool.rest;

import dev.cistern.common.operation.Representations;
import dev.cistern.pool.Pools;
import dev.cistern.pool.xml.PoolXml;
import io.smallrye.common.annotation.Identifier;
import jakarta.inject.Singleton;
import java.util.List;

/** What is shown of pools: JSON and libvirt's XML. */
@Singleton
@Identifier("pool")
public class PoolRepresentations implements Representations {
    private final Pools pools;

    PoolRepresentations(Pools pools) {
        this.pools = pools;
    }

    @Override
    public List<Object> of(String resource) {
        var pool = pools.get(resource);
        return List.of(PoolView.of(pool), PoolXml.write(pool));
    }
}
