package dev.cistern.image.qcow2;

import dev.cistern.image.Preallocation;
import dev.cistern.image.Secret;
import dev.cistern.image.crypto.LuksOptions;
import java.util.Optional;

/**
 * What a new qcow2 image is to be like.
 *
 * @param version 2 or 3
 * @param clusterSize bytes, a power of two from 512 to 2 MiB
 * @param refcountBits a power of two up to 64; 16 in version 2
 * @param extendedL2 whether clusters of at least 16 KiB have 32 subclusters
 * @param lazyRefcounts whether other writers may write refcounts late; we never do
 * @param zstd whether compressed clusters are of Zstandard instead of deflate
 * @param backing the image below
 * @param dataFile a file of their own for the guest's data
 * @param encryption of the guest's data
 */
public record Qcow2Options(
        int version,
        int clusterSize,
        int refcountBits,
        boolean extendedL2,
        boolean lazyRefcounts,
        boolean zstd,
        Optional<Backing> backing,
        Optional<DataFile> dataFile,
        Preallocation preallocation,
        Optional<Encryption> encryption) {
    /** What {@code qemu-img create} does when it is told nothing. */
    public static final Qcow2Options DEFAULT =
            new Qcow2Options(
                    3,
                    64 * 1024,
                    16,
                    false,
                    false,
                    false,
                    Optional.empty(),
                    Optional.empty(),
                    Preallocation.OFF,
                    Optional.empty());

    private static final int V2_REFCOUNT_BITS = 16;
    private static final int MIN_CLUSTER = 512;
    private static final int MAX_CLUSTER = 2 << 20;
    private static final int MIN_EXTENDED_CLUSTER = 16 * 1024;

    /**
     * The image below.
     *
     * @param file as the image is to name it
     * @param format by QEMU's name
     */
    public record Backing(String file, String format) {}

    /**
     * A file with the guest's data.
     *
     * @param file as the image is to name it
     * @param raw whether it is to be a raw image of the same content at any time
     */
    public record DataFile(String file, boolean raw) {}

    /**
     * LUKS.
     *
     * @param secret the passphrase of the first key slot; needed until the image is made
     */
    public record Encryption(LuksOptions luks, Secret secret) {}

    /** Refuses what the format cannot be. */
    public Qcow2Options {
        require(version == 2 || version == 3, "version is %d, not 2 or 3", version);
        require(
                Integer.bitCount(clusterSize) == 1
                        && clusterSize >= MIN_CLUSTER
                        && clusterSize <= MAX_CLUSTER,
                "cluster size is %d, not a power of two from 512 to 2097152",
                clusterSize);
        require(
                Integer.bitCount(refcountBits) == 1 && refcountBits <= Long.SIZE,
                "refcounts have %d bits, not a power of two up to 64",
                refcountBits);
        require(
                version == 3 || refcountBits == V2_REFCOUNT_BITS,
                "refcounts have %d bits; in version 2 they have 16",
                refcountBits);
        require(
                version == 3 || !(extendedL2 || lazyRefcounts || zstd || dataFile.isPresent()),
                "version is %d; extended L2 entries, lazy refcounts, zstd and data files need 3",
                version);
        require(
                !extendedL2 || clusterSize >= MIN_EXTENDED_CLUSTER,
                "cluster size is %d; with extended L2 entries at least 16384",
                clusterSize);
        require(
                version == 3 || encryption.isEmpty() || preallocation == Preallocation.OFF,
                "version is %d; to preallocate an encrypted image needs 3",
                version);
        require(
                encryption.isEmpty() || !dataFile.map(DataFile::raw).orElse(false),
                "version is %d; an encrypted image cannot have a raw data file in any",
                version);
        requireTogether(extendedL2, backing, dataFile, preallocation);
    }

    private static void requireTogether(
            boolean extendedL2,
            Optional<Backing> backing,
            Optional<DataFile> dataFile,
            Preallocation preallocation) {
        var raw = dataFile.map(DataFile::raw).orElse(false);
        if (backing.isPresent() && raw) {
            throw new IllegalArgumentException(
                    "an image with a backing file cannot have a raw data file");
        }
        if (backing.isPresent() && preallocation != Preallocation.OFF && !extendedL2) {
            throw new IllegalArgumentException(
                    "an image with a backing file can be preallocated with extended L2 entries only");
        }
    }

    private static void require(boolean holds, String message, int found) {
        if (!holds) {
            throw new IllegalArgumentException(message.formatted(found));
        }
    }

    /** The same in another version. */
    public Qcow2Options withVersion(int other) {
        return new Qcow2Options(
                other,
                clusterSize,
                refcountBits,
                extendedL2,
                lazyRefcounts,
                zstd,
                backing,
                dataFile,
                preallocation,
                encryption);
    }

    /** The same with other clusters. */
    public Qcow2Options withClusterSize(int bytes) {
        return new Qcow2Options(
                version,
                bytes,
                refcountBits,
                extendedL2,
                lazyRefcounts,
                zstd,
                backing,
                dataFile,
                preallocation,
                encryption);
    }

    /** The same with other refcounts. */
    public Qcow2Options withRefcountBits(int bits) {
        return new Qcow2Options(
                version,
                clusterSize,
                bits,
                extendedL2,
                lazyRefcounts,
                zstd,
                backing,
                dataFile,
                preallocation,
                encryption);
    }

    /** The same with subclusters. */
    public Qcow2Options withExtendedL2() {
        return new Qcow2Options(
                version,
                clusterSize,
                refcountBits,
                true,
                lazyRefcounts,
                zstd,
                backing,
                dataFile,
                preallocation,
                encryption);
    }

    /** The same with lazy refcounts. */
    public Qcow2Options withLazyRefcounts() {
        return new Qcow2Options(
                version,
                clusterSize,
                refcountBits,
                extendedL2,
                true,
                zstd,
                backing,
                dataFile,
                preallocation,
                encryption);
    }

    /** The same with Zstandard. */
    public Qcow2Options withZstd() {
        return new Qcow2Options(
                version,
                clusterSize,
                refcountBits,
                extendedL2,
                lazyRefcounts,
                true,
                backing,
                dataFile,
                preallocation,
                encryption);
    }

    /** The same over another image. */
    public Qcow2Options withBacking(String file, String format) {
        return new Qcow2Options(
                version,
                clusterSize,
                refcountBits,
                extendedL2,
                lazyRefcounts,
                zstd,
                Optional.of(new Backing(file, format)),
                dataFile,
                preallocation,
                encryption);
    }

    /** The same with the guest's data in a file of their own. */
    public Qcow2Options withDataFile(String file, boolean raw) {
        return new Qcow2Options(
                version,
                clusterSize,
                refcountBits,
                extendedL2,
                lazyRefcounts,
                zstd,
                backing,
                Optional.of(new DataFile(file, raw)),
                preallocation,
                encryption);
    }

    /** The same with space that is taken at once. */
    public Qcow2Options withPreallocation(Preallocation mode) {
        return new Qcow2Options(
                version,
                clusterSize,
                refcountBits,
                extendedL2,
                lazyRefcounts,
                zstd,
                backing,
                dataFile,
                mode,
                encryption);
    }

    /** The same, encrypted. */
    public Qcow2Options withEncryption(LuksOptions luks, Secret secret) {
        return new Qcow2Options(
                version,
                clusterSize,
                refcountBits,
                extendedL2,
                lazyRefcounts,
                zstd,
                backing,
                dataFile,
                preallocation,
                Optional.of(new Encryption(luks, secret)));
    }
}
