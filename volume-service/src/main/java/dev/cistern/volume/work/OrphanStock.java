package dev.cistern.volume.work;

import dev.cistern.common.message.Leftover;
import dev.cistern.common.operation.Operation;
import dev.cistern.volume.Leftovers;
import dev.cistern.volume.OrphanEvents;
import dev.cistern.volume.VolumeAdoption;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What the use cases about orphans work with, and tell the world. */
record OrphanStock(Leftovers leftovers, OrphanEvents events, VolumeAdoption volumes) {

    /**
     * Takes in what a scan has come across.
     *
     * @param start place in the order of changes at which the scan began
     */
    void takeIn(Operation scan, long start, List<Leftover> found) {
        var news = leftovers.take(scan.pool(), scan.createdAt(), start, found);
        news.found().forEach(row -> events.found(row, scan));
        news.gone().forEach(row -> events.ended("gone", row, null, scan));
    }

    /**
     * Something came of a leftover; without effect if that is known.
     *
     * @param volume that it has become, or null
     */
    void ended(String verb, UUID leftover, @Nullable UUID volume, Operation operation) {
        leftovers.remove(leftover).ifPresent(row -> events.ended(verb, row, volume, operation));
    }
}
