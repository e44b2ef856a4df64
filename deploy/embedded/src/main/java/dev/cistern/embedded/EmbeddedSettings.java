package dev.cistern.embedded;

/**
 * What differs between runs of the embedded servers.
 *
 * @param postgresPort on the loopback address, 0 for a free one
 * @param kafkaPort on the loopback address, 0 for a free one
 * @param ballastBytes kept back for the servers for when the disk is full, see {@link SpaceGuard};
 *     0 for none
 * @param thresholdBytes free space under which new work should be refused
 */
public record EmbeddedSettings(
        int postgresPort, int kafkaPort, long ballastBytes, long thresholdBytes) {
    /** For a system that serves users: 256 MiB kept back, given when less than 128 MiB are left. */
    public static EmbeddedSettings serving() {
        return new EmbeddedSettings(0, 0, 256 * Sizes.MIB, 128 * Sizes.MIB);
    }

    /** For servers that live for a test: nothing kept back. */
    public static EmbeddedSettings brief() {
        return new EmbeddedSettings(0, 0, 0, 16 * Sizes.MIB);
    }
}
