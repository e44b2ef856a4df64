package dev.cistern.image.storage;

import dev.cistern.image.storage.RecordingStorage.Change;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Makes the states in which a file may be found after a crash. After the death of the process it is
 * the state after some change. After a power cut it is the last durable state with any of the
 * pending changes, sector by sector, each sector as after any of the changes to it, and the length
 * apart from all that.
 */
public final class PowerCuts {
    private static final int SECTOR = 512;
    private static final int EXHAUSTIVE_SECTORS = 10;

    private final byte[] start;
    private final List<Change> changes;
    private final int seeds;

    /**
     * The cuts of a recording.
     *
     * @param start what was durable before it
     * @param seeds how many states are drawn where not all are made
     */
    public PowerCuts(byte[] start, List<Change> changes, int seeds) {
        this.start = start;
        this.changes = changes;
        this.seeds = seeds;
    }

    /** Takes states. */
    @FunctionalInterface
    public interface Outcomes {
        /**
         * A state.
         *
         * @param cut how many changes had been made
         * @param file its bytes
         * @return false if no more are wanted
         */
        boolean take(int cut, byte[] file) throws IOException;
    }

    /** Makes all of them; false if it was stopped. */
    public boolean forEach(Outcomes outcomes) throws IOException {
        var durable = start;
        var current = start;
        var pending = new TreeMap<Integer, List<byte[]>>();
        for (var cut = 0; cut <= changes.size(); cut++) {
            if (!outcomes.take(cut, current)
                    || !cut(cut, durable, pending, current.length, outcomes)) {
                return false;
            }
            if (cut < changes.size()) {
                current = apply(changes.get(cut), current, pending);
                if (changes.get(cut) instanceof Change.Sync(var from, var to)) {
                    durable = synced(durable, current, from, to);
                    pending.subMap(sector(from), sector(to)).clear();
                }
            }
        }
        return true;
    }

    private static int sector(long offset) {
        return (int) Math.min(Integer.MAX_VALUE, offset / SECTOR);
    }

    /** The length belongs to the last range. */
    private static byte[] synced(byte[] durable, byte[] current, long from, long to) {
        var length = to == Long.MAX_VALUE ? current.length : durable.length;
        var after = Arrays.copyOf(durable, length);
        var end = (int) Math.min(to, length);
        System.arraycopy(current, (int) from, after, (int) from, end - (int) from);
        return after;
    }

    private static byte[] apply(Change change, byte[] before, Map<Integer, List<byte[]>> pending) {
        return switch (change) {
            case Change.Write(var offset, var bytes) -> {
                var after =
                        Arrays.copyOf(
                                before, (int) Math.max(before.length, offset + bytes.remaining()));
                bytes.duplicate().get(after, (int) offset, bytes.remaining());
                note(after, offset, bytes.remaining(), pending);
                yield after;
            }
            case Change.Clear(var offset, var length, var grows) -> {
                var end = Math.min(offset + length, grows ? Long.MAX_VALUE : before.length);
                var after = Arrays.copyOf(before, (int) Math.max(before.length, end));
                if (offset < end) {
                    Arrays.fill(after, (int) offset, (int) end, (byte) 0);
                    note(after, offset, end - offset, pending);
                }
                yield after;
            }
            case Change.Truncate(var size) -> Arrays.copyOf(before, (int) size);
            case Change.Sync(_, _) -> before;
        };
    }

    private static void note(
            byte[] after, long offset, long length, Map<Integer, List<byte[]>> pending) {
        for (var sector = offset / SECTOR; sector * SECTOR < offset + length; sector++) {
            var from = (int) (sector * SECTOR);
            pending.computeIfAbsent((int) sector, _ -> new ArrayList<>())
                    .add(Arrays.copyOfRange(after, from, from + SECTOR));
        }
    }

    private boolean cut(
            int cut,
            byte[] durable,
            Map<Integer, List<byte[]>> pending,
            int length,
            Outcomes outcomes)
            throws IOException {
        for (var choice : choices(cut, pending)) {
            for (var size :
                    length == durable.length
                            ? new int[] {length}
                            : new int[] {length, durable.length}) {
                if (!outcomes.take(cut, state(durable, pending, choice, size))) {
                    return false;
                }
            }
        }
        return true;
    }

    /** For each pending sector the number of the change as after which it is; −1 for none. */
    private List<int[]> choices(int cut, Map<Integer, List<byte[]>> pending) {
        var versions = pending.values().stream().mapToInt(List::size).toArray();
        var choices = new ArrayList<int[]>();
        if (versions.length <= EXHAUSTIVE_SECTORS) {
            for (var subset = 0; subset < 1 << versions.length; subset++) {
                var choice = new int[versions.length];
                for (var i = 0; i < choice.length; i++) {
                    choice[i] = (subset >> i & 1) == 0 ? -1 : versions[i] - 1;
                }
                choices.add(choice);
            }
        } else {
            for (var i = 0; i < versions.length; i++) {
                var alone = new int[versions.length];
                Arrays.fill(alone, -1);
                alone[i] = versions[i] - 1;
                choices.add(alone);
                var missing = Arrays.stream(versions).map(count -> count - 1).toArray();
                missing[i] = -1;
                choices.add(missing);
            }
        }
        for (var seed = 0; seed < seeds; seed++) {
            var random = new Random(31L * cut + seed);
            choices.add(Arrays.stream(versions).map(count -> random.nextInt(-1, count)).toArray());
        }
        return choices;
    }

    private static byte[] state(
            byte[] durable, Map<Integer, List<byte[]>> pending, int[] choice, int size) {
        var state = Arrays.copyOf(durable, size);
        var i = 0;
        for (var sector : pending.entrySet()) {
            var from = sector.getKey() * SECTOR;
            if (choice[i] >= 0 && from < size) {
                System.arraycopy(
                        sector.getValue().get(choice[i]),
                        0,
                        state,
                        from,
                        Math.min(SECTOR, size - from));
            }
            i++;
        }
        return state;
    }
}
