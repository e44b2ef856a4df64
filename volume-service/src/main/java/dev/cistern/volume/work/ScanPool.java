package dev.cistern.volume.work;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.InternalEvent.PoolInventoried;
import dev.cistern.common.message.PoolFigures;
import dev.cistern.common.message.Result;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.operation.Turn;
import dev.cistern.common.problem.Problem;
import dev.cistern.volume.PoolView;
import dev.cistern.volume.VolumeEvents.NumberedNews;
import java.util.UUID;
import org.jboss.logging.Logger;

/** Has a worker list a pool's files, and brings the inventory in line with them. */
record ScanPool(Workshop workshop, PoolFiles files, Inventory inventory, OrphanStock orphans)
        implements InPool {
    static final String KIND = "ScanPool";
    private static final Logger LOG = Logger.getLogger(ScanPool.class);

    /**
     * Why and since when.
     *
     * @param answers the operation of pool-service that waits for it
     * @param start place in the order of changes: what changed later is not judged by this scan
     * @param patient whether a new file must have been seen twice before it is adopted
     */
    record Request(UUID answers, long start, boolean patient) {}

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Turn begin(Operation operation, PoolView pool) {
        return new Turn.Send(new Command.ScanPool(pool.place(), pool.scan()));
    }

    @Override
    public Turn completed(Operation operation, Result result) {
        return switch (result) {
            case Result.PoolScanPage(var page, var found, var gone) -> {
                files.page(operation.id(), page, found, gone);
                yield new Turn.Stay();
            }
            case Result.PoolScanned scanned -> scanned(operation, scanned);
            default -> throw Workshop.unexpected(operation, result);
        };
    }

    private Turn scanned(Operation operation, Result.PoolScanned scanned) {
        if (scanned.pages() == 0) {
            files.forget(operation.id());
        }
        var came = files.pages(operation.id());
        if (came != scanned.pages()) {
            LOG.warnf(
                    "scan %s of pool %s has %d pages, of which %d came: the watchdog has it done again",
                    operation.id(), operation.targetName(), scanned.pages(), came);
            return new Turn.Stay();
        }
        var pool = workshop.pool(operation);
        if (scanned.basis() != null && !scanned.basis().equals(pool.scan())) {
            return new Turn.Send(new Command.ScanPool(pool.place(), null));
        }
        var request = operation.request(Request.class);
        files.take(operation.id(), pool.id(), request.start(), scanned.basis() == null);
        workshop.pools().scanned(pool.id(), operation.id());
        orphans.takeIn(operation, request.start(), scanned.leftovers());
        return applied(operation, request, scanned);
    }

    /** Who asked hears of it before the world hears of each volume, which may be many thousands. */
    private Turn applied(Operation operation, Request request, Result.PoolScanned scanned) {
        var changed = scanned.basis() == null || scanned.pages() > 0;
        workshop.pools().measured(operation.pool(), scanned.figures());
        var outcome =
                inventory.apply(
                        operation, new Inventory.Scan(request.start(), request.patient(), changed));
        workshop.tell(inventoried(operation, scanned.figures(), outcome.stock()));
        workshop.events()
                .publish(
                        "adopted",
                        outcome.adopted().stream()
                                .map(volume -> new NumberedNews(volume, null, operation))
                                .toList());
        return new Turn.Finish(outcome.stock());
    }

    private static PoolInventoried inventoried(
            Operation operation, PoolFigures figures, Inventory.Stock stock) {
        return new PoolInventoried(
                operation.pool(),
                operation.request(Request.class).answers(),
                figures,
                stock.volumes(),
                stock.adopted(),
                stock.missing(),
                stock.drifted(),
                null);
    }

    @Override
    public void failed(Operation operation, Problem problem) {
        files.forget(operation.id());
        workshop.tell(
                new PoolInventoried(
                        operation.pool(),
                        operation.request(Request.class).answers(),
                        PoolFigures.UNKNOWN,
                        0,
                        0,
                        0,
                        0,
                        problem));
    }
}
