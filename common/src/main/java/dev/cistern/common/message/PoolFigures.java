package dev.cistern.common.message;

/**
 * libvirt's three numbers of a pool, in bytes.
 *
 * @param capacity size of the file system
 * @param allocation bytes in use on it, by whatever
 * @param available bytes free for an ordinary user
 */
public record PoolFigures(long capacity, long allocation, long available) {
    /** A pool that no worker has looked at. */
    public static final PoolFigures UNKNOWN = new PoolFigures(0, 0, 0);
}
