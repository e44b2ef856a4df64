package dev.cistern.bench.engine;

/**
 * Where is read or written, in what portions. The steps are odd multiples of the portion, so that
 * every place has its turn, far from the one before.
 */
enum Pattern {
    RANDOM_READ("4 KiB random read", false, false, 4096, 4096L * 26_171, 100_000),
    RANDOM_WRITE("4 KiB random write", true, false, 4096, 4096L * 26_171, 100_000),
    FRESH_WRITE("4 KiB random write, fresh clusters", true, true, 4096, 65_536L * 1_637, 4096),
    SEQUENTIAL_READ("1 MiB sequential read", false, false, 1 << 20, 1 << 20, 1024),
    SEQUENTIAL_WRITE("1 MiB sequential write", true, false, 1 << 20, 1 << 20, 1024),
    FRESH_SEQUENTIAL_WRITE(
            "1 MiB sequential write, fresh clusters", true, true, 1 << 20, 1 << 20, 256);

    private final String figure;
    private final boolean writes;
    private final boolean fresh;
    private final int size;
    private final long step;
    private final int count;

    Pattern(String figure, boolean writes, boolean fresh, int size, long step, int count) {
        this.figure = figure;
        this.writes = writes;
        this.fresh = fresh;
        this.size = size;
        this.step = step;
        this.count = count;
    }

    String figure() {
        return figure;
    }

    boolean writes() {
        return writes;
    }

    /** Whether nothing has been written there before. */
    boolean fresh() {
        return fresh;
    }

    /** Bytes of a portion. */
    int size() {
        return size;
    }

    /** Bytes from one portion to the next. */
    long step() {
        return step;
    }

    /** How many portions. */
    int count() {
        return count;
    }

    private boolean small() {
        return size < 1 << 20;
    }

    String unit() {
        return small() ? "/s" : "MiB/s";
    }

    /** What an operation counts for in that unit. */
    double perOperation() {
        return small() ? 1 : size / (double) (1 << 20);
    }
}
