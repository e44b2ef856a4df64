package dev.cistern.bench.engine;

import dev.cistern.bench.Peer;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system of its own in a file, whose files can share blocks. */
final class XfsMount implements AutoCloseable {
    /** mkfs.xfs makes none that is smaller than 300 MB. */
    private static final long LEAST_BYTES = 400L << 20;

    private final Path image;
    private final Path folder;

    private XfsMount(Path image, Path folder) {
        this.image = image;
        this.folder = folder;
    }

    /** It cannot be had on this machine. */
    static final class UnavailableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnavailableException(String message) {
            super(message);
        }
    }

    /** Mounts a new one, whose file takes the space of what is written to it. */
    static XfsMount in(Path scratch, long bytes)
            throws IOException, InterruptedException, UnavailableException {
        if (!Peer.has("mkfs.xfs")) {
            throw new UnavailableException("mkfs.xfs is not installed");
        }
        var image = scratch.resolve("xfs.img");
        try (var file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(Math.max(bytes, LEAST_BYTES));
        }
        var mount = new XfsMount(image, Files.createDirectories(scratch.resolve("xfs")));
        try {
            Peer.shell(scratch, "mkfs.xfs -q -f -m reflink=1 xfs.img && mount -o loop xfs.img xfs");
        } catch (IOException e) {
            mount.remove();
            throw new UnavailableException("no loop device can be mounted: " + e.getMessage());
        }
        return mount;
    }

    Path folder() {
        return folder;
    }

    @Override
    public void close() throws IOException {
        try {
            Peer.shell(Path.of("/"), "umount --lazy '%s'".formatted(folder));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        remove();
    }

    private void remove() throws IOException {
        Files.deleteIfExists(folder);
        Files.deleteIfExists(image);
    }
}
