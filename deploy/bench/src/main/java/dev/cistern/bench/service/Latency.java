package dev.cistern.bench.service;

import java.io.IOException;

/** How long single requests take when nothing else is going on. */
record Latency(Api api) {
    private static final int WARM_UP = 20;

    /** From a request to the answer that its operation has succeeded. */
    Distribution createAtRest(String pool, String format, String prefix, int count)
            throws IOException {
        var times = new long[count];
        try (var line = api.line()) {
            for (var number = -WARM_UP; number < count; number++) {
                var body = Api.volume(pool, prefix + (number + WARM_UP), format);
                var begin = System.nanoTime();
                var answer = line.post("/v1/volumes", body, "Prefer: wait=30\r\n");
                if (number >= 0) {
                    times[number] = System.nanoTime() - begin;
                }
                if (answer.status() != 202 || !answer.body().contains("\"succeeded\"")) {
                    throw new BenchException("not created: " + answer);
                }
            }
        }
        return Distribution.ofNanos(times);
    }

    /** Of a page of 100 behind a position. */
    Distribution page(long behind, int count) throws IOException {
        var times = new long[count];
        try (var line = api.line()) {
            for (var number = -WARM_UP; number < count; number++) {
                var begin = System.nanoTime();
                var answer = line.get(Api.page(behind));
                if (number >= 0) {
                    times[number] = System.nanoTime() - begin;
                }
                if (answer.status() != 200) {
                    throw new BenchException("no page: " + answer);
                }
            }
        }
        return Distribution.ofNanos(times);
    }
}
