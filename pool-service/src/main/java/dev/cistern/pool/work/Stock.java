package dev.cistern.pool.work;

import dev.cistern.common.message.InternalEvent.PoolInventoried;

/** What taking stock of a pool came to, as its operation shows it. */
record Stock(int volumes, int adopted, int missing, int drifted, long allocation, long available) {
    static Stock of(PoolInventoried stock) {
        return new Stock(
                stock.volumes(),
                stock.adopted(),
                stock.missing(),
                stock.drifted(),
                stock.figures().allocation(),
                stock.figures().available());
    }
}
