package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.Result;
import dev.cistern.common.message.SnapshotFacts;
import dev.cistern.worker.command.ScanMemory.Known;
import dev.cistern.worker.command.ScanMemory.Listing;
import dev.cistern.worker.execution.PoolProbes;
import dev.cistern.worker.execution.Work;
import dev.cistern.worker.folder.PoolFolder;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Lists the files of a pool as libvirt does: every regular file whose name does not begin with a
 * dot. Sub-folders, devices, pipes, sockets and, unlike in libvirt, symbolic links are passed over:
 * what is behind a link may lie outside of the pool. Extents of a vmdk image are told as its parts.
 *
 * <p>A file that has not changed since this worker's last scan is not opened again; if that scan is
 * the one that the service knows, only the difference to it is told.
 */
final class ScanPool implements CommandHandler<Command.ScanPool> {
    private static final int PAGE_FILES = 500;

    /**
     * Names, backing files and reasons are texts from outside, of which a character may take six
     * bytes; with some hundred bytes more for each file a message must stay below 1 MiB.
     */
    private static final int PAGE_CHARACTERS = 96 << 10;

    /** What a snapshot takes beyond its texts. */
    private static final int SNAPSHOT_CHARACTERS = 64;

    /** Those that come after them come with a later scan. */
    private static final int MOST_LEFTOVERS = 1000;

    private final PoolProbes probes;
    private final ScanMemory memory = new ScanMemory();

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
            var before = memory.of(command.pool().poolId());
            var asDifference = before.scan().equals(command.basis());
            var pages = new Pages(work);
            var found = look(pool, before, asDifference, pages, work);
            if (asDifference) {
                before.files().keySet().stream()
                        .filter(name -> !found.containsKey(name))
                        .forEach(pages::addGone);
            }
            memory.keep(command.pool().poolId(), new Listing(work.operation(), found));
            return new Result.PoolScanned(
                    pages.end(),
                    pool.figures(),
                    asDifference ? command.basis() : null,
                    pool.leftovers().stream().limit(MOST_LEFTOVERS).toList());
        }
    }

    private static Map<String, Known> look(
            PoolFolder pool, Listing before, boolean asDifference, Pages pages, Work work)
            throws IOException {
        var names = visible(pool);
        var records = new RecordedFiles(pool);
        var parts = new Parts(pool, records::of);
        var found = new HashMap<String, Known>();
        for (var done = 0; done < names.size(); done++) {
            work.requireWanted();
            work.progress(done, names.size());
            var name = names.get(done);
            var earlier = before.files().get(name);
            var now = parts.told(known(pool, name, earlier, records));
            if (now.isPresent()) {
                found.put(name, now.get());
                if (!asDifference
                        || earlier == null
                        || !earlier.facts().equals(now.get().facts())) {
                    pages.add(now.get().facts());
                }
            }
        }
        return found;
    }

    /** Empty if it is no regular file, or gone since it was listed. */
    private static Optional<Known> known(
            PoolFolder pool, String name, @Nullable Known earlier, RecordedFiles records)
            throws IOException {
        var lookedAt = Instant.now();
        var status = pool.files().status(name);
        if (status.isEmpty() || !status.get().isRegular()) {
            return Optional.empty();
        }
        if (earlier != null && earlier.isAsBefore(status.get())) {
            return Optional.of(earlier);
        }
        var facts = records.facts(name, status.get());
        return Optional.of(
                Parts.mayHave(facts)
                        ? Known.ofSeveral(facts)
                        : Known.of(status.get(), facts, lookedAt));
    }

    private static List<String> visible(PoolFolder pool) throws IOException {
        return pool.files().list().stream().filter(name -> !name.startsWith(".")).sorted().toList();
    }

    private static final class Pages {
        private final Work work;
        private List<FileFacts> files = new ArrayList<>();
        private List<String> gone = new ArrayList<>();
        private int characters;
        private int count;

        Pages(Work work) {
            this.work = work;
        }

        void add(FileFacts facts) {
            files.add(facts);
            added(characters(facts));
        }

        private static int characters(FileFacts file) {
            return length(file.name())
                    + length(file.backingFile())
                    + length(file.backingFormat())
                    + length(file.problem())
                    + length(file.partOf())
                    + file.snapshots().stream().mapToInt(Pages::characters).sum();
        }

        private static int characters(SnapshotFacts snapshot) {
            return length(snapshot.id()) + length(snapshot.name()) + SNAPSHOT_CHARACTERS;
        }

        private static int length(@Nullable String text) {
            return text == null ? 0 : text.length();
        }

        void addGone(String name) {
            gone.add(name);
            added(name.length());
        }

        private void added(int length) {
            characters += length;
            if (files.size() + gone.size() == PAGE_FILES || characters > PAGE_CHARACTERS) {
                send();
            }
        }

        private void send() {
            work.page(new Result.PoolScanPage(count, List.copyOf(files), List.copyOf(gone)));
            work.crashPoint("page");
            count++;
            files = new ArrayList<>();
            gone = new ArrayList<>();
            characters = 0;
        }

        int end() {
            if (!files.isEmpty() || !gone.isEmpty()) {
                send();
            }
            return count;
        }
    }
}
