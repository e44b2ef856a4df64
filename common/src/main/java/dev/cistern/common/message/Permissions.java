package dev.cistern.common.message;

/**
 * Owner and mode of a file or folder, as in libvirt's {@code <permissions>}.
 *
 * @param owner numeric user id; −1 leaves it as the worker creates it
 * @param group numeric group id; −1 likewise
 * @param mode permission bits, for example 0600; −1 leaves them as they are
 */
public record Permissions(int owner, int group, int mode) {
    /** libvirt's default for volumes: 0600, owner as created. */
    public static final Permissions VOLUME_DEFAULT = new Permissions(-1, -1, 0600);

    /** libvirt's default for the folder of a pool: as it is, and 0711 if it has to be made. */
    public static final Permissions POOL_DEFAULT = new Permissions(-1, -1, -1);
}
