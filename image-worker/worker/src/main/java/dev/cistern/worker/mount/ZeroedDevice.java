package dev.cistern.worker.mount;

import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.worker.execution.Work;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Overwrites a block device with zeroes, from its end to its beginning. */
public final class ZeroedDevice {
    private static final int CHUNK_BYTES = 4 << 20;

    private ZeroedDevice() {}

    /**
     * Zeroes all of it; on the device when this returns. What makes a file system is at its
     * beginning and so goes last.
     *
     * @throws ProblemException if it is no device, or cancelled
     */
    public static void zero(Path device, Work work) throws IOException {
        if (!Files.exists(device) || Files.isRegularFile(device) || Files.isDirectory(device)) {
            throw new ProblemException(
                    ProblemCode.POOL_INACCESSIBLE,
                    "there is no device %s on the worker's machine".formatted(device));
        }
        work.stage("overwriting the device with zeroes");
        var zeroes = ByteBuffer.allocate(CHUNK_BYTES);
        try (var channel = FileChannel.open(device, StandardOpenOption.WRITE)) {
            var size = sizeOf(device);
            for (var end = size; end > 0; end -= Math.min(end, CHUNK_BYTES)) {
                work.requireWanted();
                work.requireStanding();
                var length = (int) Math.min(end, CHUNK_BYTES);
                write(channel, zeroes.clear().limit(length), end - length);
                work.progress(size - end, size);
            }
            channel.force(true);
        }
    }

    /** FileChannel says 0 of devices. */
    private static long sizeOf(Path device) throws IOException {
        try (var file = new RandomAccessFile(device.toFile(), "r")) {
            return file.length();
        }
    }

    private static void write(FileChannel channel, ByteBuffer bytes, long at) throws IOException {
        var offset = at;
        while (bytes.hasRemaining()) {
            offset += channel.write(bytes, offset);
        }
    }
}
