package dev.cistern.image.operations;

import dev.cistern.image.DiskImage;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.Mapping;
import dev.cistern.image.storage.Zeroes;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;

/**
 * An image to save what can be saved of: a sector that cannot be read counts as zeroes. For
 * reading; the image is closed with it.
 */
public final class Salvaged implements ReadOnlyImage {
    private static final int SECTOR = 512;

    private final DiskImage image;
    private final Losses losses;

    /** Hears of what cannot be read, from all threads that read. */
    @FunctionalInterface
    public interface Losses {
        /** A sector cannot be read. */
        void lost(long offset, IOException cause);
    }

    /** What there is of an image. */
    public Salvaged(DiskImage image, Losses losses) {
        this.image = image;
        this.losses = losses;
    }

    @Override
    public ImageFormat format() {
        return image.format();
    }

    @Override
    public String name() {
        return image.name();
    }

    @Override
    public long capacity() {
        return image.capacity();
    }

    @Override
    public int unit() {
        return image.unit();
    }

    /** A range of which it cannot be told where it is counts as data, which reading tells of. */
    @Override
    public Mapping map(long offset, long length) throws IOException {
        requireInside(offset, length);
        try {
            return image.map(offset, length);
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException _) {
            return new Mapping.Compressed(Math.min(length, unit() - offset % unit()), 0);
        }
    }

    @Override
    public void read(ByteBuffer into, long offset) throws IOException {
        requireInside(offset, into.remaining());
        var start = into.position();
        var limit = into.limit();
        try {
            image.read(into, offset);
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            readLess(into.limit(limit).position(start), offset, e);
        }
    }

    /** In halves, down to sectors, so that what is whole is read in few steps. */
    private void readLess(ByteBuffer into, long offset, IOException cause) throws IOException {
        var length = into.remaining();
        if (length <= SECTOR) {
            losses.lost(offset, cause);
            Zeroes.fill(into);
            return;
        }
        var limit = into.limit();
        var half = Math.ceilDiv(length / 2, SECTOR) * SECTOR;
        read(into.limit(into.position() + half), offset);
        read(into.limit(limit), offset + half);
    }

    @Override
    public String refusal() {
        return "what is to be salvaged can only be read";
    }

    @Override
    public void close() throws IOException {
        image.close();
    }
}
