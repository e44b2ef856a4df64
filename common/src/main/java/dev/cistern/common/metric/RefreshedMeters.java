package dev.cistern.common.metric;

/** Meters whose values cost a look into the database, and so are read every few seconds. */
public interface RefreshedMeters {
    /**
     * Reads the values anew; called by one thread.
     *
     * @throws RuntimeException if they cannot be read; the former stand then
     */
    void refresh();
}
