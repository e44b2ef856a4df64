package dev.cistern.image.qcow2;

import java.util.Arrays;

/** A map from non-negative longs to ints, open-addressed, without boxes. Not thread-safe. */
final class LongIntMap {
    /** What {@link #get} answers for an absent key. */
    static final int ABSENT = -1;

    private static final long EMPTY = -1;
    private static final int FIRST_SIZE = 64;

    private long[] keys = emptyKeys(FIRST_SIZE);
    private int[] values = new int[FIRST_SIZE];
    private int size;

    private static long[] emptyKeys(int length) {
        var keys = new long[length];
        Arrays.fill(keys, EMPTY);
        return keys;
    }

    int size() {
        return size;
    }

    int get(long key) {
        for (var at = home(key); keys[at] != EMPTY; at = next(at)) {
            if (keys[at] == key) {
                return values[at];
            }
        }
        return ABSENT;
    }

    /** All keys, in no order. */
    long[] keys() {
        return Arrays.stream(keys).filter(key -> key != EMPTY).toArray();
    }

    boolean contains(long key) {
        return get(key) != ABSENT;
    }

    void put(long key, int value) {
        var at = home(key);
        while (keys[at] != EMPTY && keys[at] != key) {
            at = next(at);
        }
        if (keys[at] == EMPTY && size >= keys.length / 4 * 3) {
            grow();
            put(key, value);
            return;
        }
        size += keys[at] == EMPTY ? 1 : 0;
        keys[at] = key;
        values[at] = value;
    }

    /** Closes the gap by moving back what would no longer be found across it. */
    void remove(long key) {
        var gap = home(key);
        while (keys[gap] != key) {
            if (keys[gap] == EMPTY) {
                return;
            }
            gap = next(gap);
        }
        size--;
        for (var at = next(gap); keys[at] != EMPTY; at = next(at)) {
            if (distance(home(keys[at]), at) >= distance(gap, at)) {
                keys[gap] = keys[at];
                values[gap] = values[at];
                gap = at;
            }
        }
        keys[gap] = EMPTY;
    }

    private void grow() {
        var oldKeys = keys;
        var oldValues = values;
        keys = emptyKeys(oldKeys.length * 2);
        values = new int[keys.length];
        size = 0;
        for (var at = 0; at < oldKeys.length; at++) {
            if (oldKeys[at] != EMPTY) {
                put(oldKeys[at], oldValues[at]);
            }
        }
    }

    private int home(long key) {
        return (int) ((key * 0x9E3779B97F4A7C15L) >>> 32) & (keys.length - 1);
    }

    private int next(int at) {
        return (at + 1) & (keys.length - 1);
    }

    private int distance(int from, int to) {
        return (to - from) & (keys.length - 1);
    }
}
