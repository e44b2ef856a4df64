package dev.cistern.image.storage;

import dev.cistern.image.storage.RecordedFolder.Act;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;

/**
 * The states that a folder may be in after a crash amid recorded acts: with any of the changes of
 * names since the folder was synced, and of each file the length and each sector as after any act
 * since it was, all independently of each other.
 */
public final class FolderCuts {
    private static final int SECTOR = 512;
    private static final ByteBuffer ZEROES = ByteBuffer.allocate(SECTOR);

    /** Up to so many things that are not durable, each combination is looked at. */
    private static final int EXHAUSTIVE = 7;

    private final State start;
    private final List<Act> acts;
    private final int seeds;

    /**
     * States of a folder.
     *
     * @param seeds states at random for each cut, besides those with one thing alone or missing
     */
    public FolderCuts(State start, List<Act> acts, int seeds) {
        this.start = start;
        this.acts = acts;
        this.seeds = seeds;
    }

    /** A file's content; sectors that are not there are zero. */
    private record Content(long size, Map<Integer, ByteBuffer> sectors) {}

    /** A folder: which files have which names, and what is in them. */
    public record State(Map<String, Long> names, Map<Long, Content> files) {
        /** What a folder holds now. */
        public static State of(Directory folder) throws IOException {
            var names = new TreeMap<String, Long>();
            var files = new TreeMap<Long, Content>();
            for (var name : folder.list()) {
                try (var file = folder.openFile(name, Access.READ)) {
                    var inode = file.status().inode();
                    names.put(name, inode);
                    files.put(inode, content(file));
                }
            }
            return new State(names, files);
        }

        private static Content content(FileStorage file) throws IOException {
            var sectors = new TreeMap<Integer, ByteBuffer>();
            for (var at = file.nextData(0); at < file.size(); at = file.nextData(at + SECTOR)) {
                var bytes = ByteBuffer.allocate(SECTOR);
                file.readPadded(bytes, at);
                sectors.put((int) (at / SECTOR), bytes.flip());
            }
            return new Content(file.size(), sectors);
        }

        /** Makes an empty folder hold this. */
        public void layInto(Path folder) throws IOException {
            var made = new TreeMap<Long, Path>();
            for (var name : names.entrySet()) {
                var path = folder.resolve(name.getKey());
                var known = made.putIfAbsent(name.getValue(), path);
                if (known != null) {
                    Files.createLink(path, known);
                } else {
                    write(path, Objects.requireNonNull(files.get(name.getValue())));
                }
            }
        }

        private static void write(Path path, Content content) throws IOException {
            try (var file =
                    FileChannel.open(
                            path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                for (var sector : content.sectors.entrySet()) {
                    var at = (long) sector.getKey() * SECTOR;
                    if (at < content.size && !sector.getValue().equals(ZEROES)) {
                        var bytes = sector.getValue().duplicate();
                        file.write(bytes.limit((int) Math.min(SECTOR, content.size - at)), at);
                    }
                }
                if (file.size() < content.size) {
                    file.write(ByteBuffer.allocate(1), content.size - 1);
                }
            }
        }
    }

    /** Takes what a crash may leave. */
    @FunctionalInterface
    public interface Outcomes {
        /**
         * A state.
         *
         * @param cut after how many acts
         * @return whether to go on
         */
        boolean take(int cut, State state) throws IOException;
    }

    /** Names all states; false if the taker did not want to go on. */
    public boolean forEach(Outcomes outcomes) throws IOException {
        var durable = start;
        var pending = new ArrayList<Act>();
        for (var cut = 0; cut <= acts.size(); cut++) {
            for (var state : new Cut(durable, pending, cut).states()) {
                if (!outcomes.take(cut, state)) {
                    return false;
                }
            }
            if (cut == acts.size()) {
                break;
            }
            if (acts.get(cut) instanceof Act.Sync(var inode, _)) {
                var synced = pending.stream().filter(act -> fileOf(act) == inode).toList();
                durable = after(durable, synced);
                pending.removeAll(synced);
            } else {
                pending.add(acts.get(cut));
            }
        }
        return true;
    }

    /** Of which file an act is; 0 for the folder. */
    private static long fileOf(Act act) {
        return switch (act) {
            case Act.Write(var inode, _, _) -> inode;
            case Act.Clear(var inode, _, _) -> inode;
            case Act.Truncate(var inode, _) -> inode;
            case Act.Link _, Act.Rename _, Act.Unlink _ -> 0;
            case Act.Sync(var inode, _) -> inode;
        };
    }

    private static State after(State before, List<Act> done) {
        var things = new Things(before, done);
        return things.as(things.last());
    }

    /** What may be after a crash that cuts off the acts behind some. */
    private final class Cut {
        private final Things things;
        private final int number;

        Cut(State durable, List<Act> pending, int number) {
            this.things = new Things(durable, pending);
            this.number = number;
        }

        List<State> states() {
            var last = things.last();
            var states = new ArrayList<State>();
            if (last.length <= EXHAUSTIVE) {
                for (var subset = 0; subset < 1 << last.length; subset++) {
                    var choice = new int[last.length];
                    for (var i = 0; i < choice.length; i++) {
                        choice[i] = (subset >> i & 1) == 0 ? 0 : last[i];
                    }
                    states.add(things.as(choice));
                }
            } else {
                states.add(things.as(new int[last.length]));
                states.add(things.as(last));
                addOdd(states, last);
            }
            var random = new Random(number);
            for (var seed = 0; seed < seeds; seed++) {
                states.add(
                        things.as(Arrays.stream(last).map(n -> random.nextInt(n + 1)).toArray()));
            }
            return states;
        }

        /** One alone, or all but one: of the names and lengths, and of the first sectors. */
        private void addOdd(List<State> states, int[] last) {
            for (var i = 0; i < Math.min(last.length, 2 * EXHAUSTIVE); i++) {
                var alone = new int[last.length];
                alone[i] = last[i];
                states.add(things.as(alone));
                var missing = last.clone();
                missing[i] = 0;
                states.add(things.as(missing));
            }
        }
    }

    /** Versions of what is not durable, each thing's first being the durable one. */
    private static final class Things {
        private final State durable;
        private final List<Naming> namings = new ArrayList<>();

        /** With all changes of names. */
        private final Map<String, Long> named;

        private final Map<Long, List<Long>> sizes = new TreeMap<>();
        private final Map<Long, Map<Integer, List<ByteBuffer>>> sectors = new TreeMap<>();

        Things(State durable, List<Act> pending) {
            this.durable = durable;
            named = new TreeMap<>(durable.names);
            pending.forEach(this::add);
        }

        /**
         * A change of names, in one step.
         *
         * @param gone name that no file has any more; empty for none
         * @param inode of the file that has the name {@code come}; 0 if none has got one
         */
        private record Naming(String gone, String come, long inode) {
            void of(Map<String, Long> names) {
                names.remove(gone);
                if (inode != 0) {
                    names.put(come, inode);
                }
            }
        }

        private void add(Act act) {
            switch (act) {
                case Act.Write(var inode, var offset, var bytes) -> {
                    write(inode, offset, bytes.duplicate());
                    resize(inode, Math.max(size(inode), offset + bytes.limit()));
                }
                case Act.Clear(var inode, var offset, var length) ->
                        write(inode, offset, ByteBuffer.allocate((int) length));
                case Act.Truncate(var inode, var size) -> resize(inode, size);
                case Act.Link(var name, var inode) -> name(new Naming("", name, inode));
                case Act.Rename(var name, var other) ->
                        name(new Naming(name, other, named.getOrDefault(name, 0L)));
                case Act.Unlink(var name) -> name(new Naming(name, "", 0));
                case Act.Sync _ -> throw new IllegalArgumentException(act.toString());
            }
        }

        private void name(Naming naming) {
            namings.add(naming);
            naming.of(named);
        }

        private Content durable(long inode) {
            return durable.files.getOrDefault(inode, new Content(0, Map.of()));
        }

        private long size(long inode) {
            return sizes.containsKey(inode) ? sizes.get(inode).getLast() : durable(inode).size;
        }

        private void resize(long inode, long size) {
            if (size != size(inode)) {
                sizes.computeIfAbsent(inode, _ -> new ArrayList<>(List.of(durable(inode).size)))
                        .add(size);
            }
        }

        private void write(long inode, long offset, ByteBuffer bytes) {
            for (var at = offset; bytes.hasRemaining(); ) {
                var versions =
                        sectors.computeIfAbsent(inode, _ -> new TreeMap<>())
                                .computeIfAbsent(
                                        (int) (at / SECTOR),
                                        sector -> new ArrayList<>(List.of(durable(inode, sector))));
                var inSector = (int) (at % SECTOR);
                var count = Math.min(bytes.remaining(), SECTOR - inSector);
                var next = ByteBuffer.allocate(SECTOR).put(0, versions.getLast(), 0, SECTOR);
                next.put(inSector, bytes, bytes.position(), count);
                versions.add(next);
                bytes.position(bytes.position() + count);
                at += count;
            }
        }

        private ByteBuffer durable(long inode, int sector) {
            return durable(inode).sectors.getOrDefault(sector, ByteBuffer.allocate(SECTOR));
        }

        /** The last version of each thing: of names, lengths, sectors. */
        int[] last() {
            var last = new ArrayList<Integer>();
            namings.forEach(_ -> last.add(1));
            sizes.values().forEach(versions -> last.add(versions.size() - 1));
            sectors.values()
                    .forEach(
                            file ->
                                    file.values()
                                            .forEach(versions -> last.add(versions.size() - 1)));
            return last.stream().mapToInt(Integer::intValue).toArray();
        }

        /** With a version of each thing. */
        State as(int[] choice) {
            var i = 0;
            var now = new TreeMap<>(durable.names);
            for (var naming : namings) {
                if (choice[i++] == 1) {
                    naming.of(now);
                }
            }
            var files = new TreeMap<>(durable.files);
            for (var size : sizes.entrySet()) {
                files.put(
                        size.getKey(),
                        new Content(
                                size.getValue().get(choice[i++]), durable(size.getKey()).sectors));
            }
            for (var file : sectors.entrySet()) {
                var content = files.getOrDefault(file.getKey(), new Content(0, Map.of()));
                var changed = new TreeMap<>(content.sectors);
                for (var sector : file.getValue().entrySet()) {
                    changed.put(sector.getKey(), sector.getValue().get(choice[i++]));
                }
                files.put(file.getKey(), new Content(content.size, changed));
            }
            for (var inode : now.values()) {
                files.putIfAbsent(inode, new Content(0, Map.of()));
            }
            return new State(now, files);
        }
    }
}
