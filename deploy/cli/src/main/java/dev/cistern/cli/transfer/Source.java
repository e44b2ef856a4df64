package dev.cistern.cli.transfer;

import dev.cistern.cli.http.Failure;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;

/** What an upload delivers, piece by piece; several may take pieces at once. */
abstract sealed class Source implements Closeable {
    private final long bytes;
    private long taken;

    private Source(long bytes) {
        this.bytes = bytes;
    }

    /** How many bytes are delivered. */
    final long bytes() {
        return bytes;
    }

    /**
     * A piece of it.
     *
     * @param at place of its first byte
     * @param count how many of the buffer's bytes it has
     */
    record Piece(long at, int count) {}

    /** The next piece, or one of no bytes at the end. */
    final synchronized Piece take(byte[] buffer) throws Failure, IOException {
        var piece = new Piece(taken, (int) Math.min(buffer.length, bytes - taken));
        if (piece.count() > 0) {
            read(piece.at(), buffer, piece.count());
            taken += piece.count();
        }
        return piece;
    }

    /**
     * Begins at the first piece again.
     *
     * @throws Failure if it cannot be read again
     */
    synchronized void rewind() throws Failure {
        taken = 0;
    }

    /** The first bytes, as many as there are of those that the buffer has room for. */
    abstract void head(ByteBuffer into) throws IOException;

    /** Reads so many bytes from a place on. */
    abstract void read(long at, byte[] into, int count) throws Failure, IOException;

    /** A file. */
    static Source ofFile(FileChannel file, long bytes) {
        return new OfFile(file, bytes);
    }

    /** A stream of which it is known how much is to be read. */
    static Source ofStream(InputStream in, long bytes) {
        return new OfStream(new BufferedInputStream(in), bytes);
    }

    /** All that a stream has, which is kept in a temporary file that has no name any more. */
    static Source ofAll(InputStream in) throws IOException {
        var file =
                FileChannel.open(
                        Files.createTempFile("cistern-", ".upload"),
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.DELETE_ON_CLOSE);
        try {
            in.transferTo(Channels.newOutputStream(file));
            return ofFile(file, file.size());
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    private static final class OfFile extends Source {
        private final FileChannel file;

        OfFile(FileChannel file, long bytes) {
            super(bytes);
            this.file = file;
        }

        @Override
        void head(ByteBuffer into) throws IOException {
            var _ = file.read(into, 0);
        }

        @Override
        void read(long at, byte[] into, int count) throws IOException {
            var left = ByteBuffer.wrap(into, 0, count);
            while (left.hasRemaining()) {
                if (file.read(left, at + left.position()) < 0) {
                    throw new IOException("the file became shorter");
                }
            }
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    private static final class OfStream extends Source {
        private final BufferedInputStream in;

        OfStream(BufferedInputStream in, long bytes) {
            super(bytes);
            this.in = in;
        }

        @Override
        void head(ByteBuffer into) throws IOException {
            in.mark(into.remaining());
            into.put(in.readNBytes(into.remaining()));
            in.reset();
        }

        @Override
        void read(long at, byte[] into, int count) throws Failure, IOException {
            var came = in.readNBytes(into, 0, count);
            if (came < count) {
                throw new Failure.Local(
                        "standard input ended after %d of %d bytes".formatted(at + came, bytes()));
            }
        }

        @Override
        synchronized void rewind() throws Failure {
            throw new Failure.Local(
                    "the worker is another one, and what was read from standard input is gone: upload from a file, or without --size");
        }

        @Override
        public void close() {
            // Standard input is not ours.
        }
    }
}
