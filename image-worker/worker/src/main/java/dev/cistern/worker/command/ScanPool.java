package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.Result;
import dev.cistern.worker.execution.PoolProbes;
import dev.cistern.worker.execution.Work;
import dev.cistern.worker.folder.PoolFolder;
import dev.cistern.worker.folder.VolumeRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Lists the files of a pool as libvirt does: every regular file whose name does not begin with a
 * dot, the extents of a vmdk included. Sub-folders, devices, pipes, sockets and, unlike in libvirt,
 * symbolic links are passed over: what is behind a link may lie outside of the pool.
 */
final class ScanPool implements CommandHandler<Command.ScanPool> {
    private static final int PAGE_FILES = 500;

    /** Names, backing files and reasons are texts from outside; a message must stay below 1 MiB. */
    private static final int PAGE_CHARACTERS = 128 << 10;

    private final PoolProbes probes;

    ScanPool(PoolProbes probes) {
        this.probes = probes;
    }

    @Override
    public List<String> crashPoints() {
        return List.of("page");
    }

    @Override
    public Result handle(Command.ScanPool command, Work work) throws IOException {
        try (var pool = PoolFolder.open(command.pool())) {
            probes.watch(command.pool());
            work.stage("scanning");
            var pages = new Pages(work);
            var names = visible(pool);
            var known = pool.volumes().byInode();
            for (var done = 0; done < names.size(); done++) {
                work.requireWanted();
                work.progress(done, names.size());
                facts(pool, names.get(done), known).ifPresent(pages::add);
            }
            return new Result.PoolScanned(pages.end(), pool.figures());
        }
    }

    private static List<String> visible(PoolFolder pool) throws IOException {
        return pool.files().list().stream().filter(name -> !name.startsWith(".")).sorted().toList();
    }

    /** Empty if it is no regular file, or gone since it was listed. */
    private static Optional<FileFacts> facts(
            PoolFolder pool, String name, Map<Long, VolumeRecord> known) throws IOException {
        var status = pool.files().status(name);
        if (status.isEmpty() || !status.get().isRegular()) {
            return Optional.empty();
        }
        var record = known.get(status.get().inode());
        return Optional.of(
                record != null && record.name().equals(name)
                        ? Facts.of(pool.files(), name, status.get(), record.format())
                        : Facts.byContent(pool.files(), name, status.get()));
    }

    private static final class Pages {
        private final Work work;
        private List<FileFacts> files = new ArrayList<>();
        private int characters;
        private int count;

        Pages(Work work) {
            this.work = work;
        }

        void add(FileFacts facts) {
            files.add(facts);
            characters += facts.toString().length();
            if (files.size() == PAGE_FILES || characters > PAGE_CHARACTERS) {
                send();
            }
        }

        private void send() {
            work.page(new Result.PoolScanPage(count, List.copyOf(files)));
            work.crashPoint("page");
            count++;
            files = new ArrayList<>();
            characters = 0;
        }

        int end() {
            if (!files.isEmpty()) {
                send();
            }
            return count;
        }
    }
}
