package dev.cistern.image.operations;

import dev.cistern.image.DiskImage;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.Mapping;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** Images one behind the other, read as one. They are closed with it. */
public final class Concatenation implements ReadOnlyImage {
    private final List<DiskImage> images;
    private final long capacity;

    /** Those images, of which there is one at least. */
    public Concatenation(List<DiskImage> images) {
        this.images = List.copyOf(images);
        this.capacity = images.stream().mapToLong(DiskImage::capacity).sum();
    }

    @Override
    public ImageFormat format() {
        return images.getFirst().format();
    }

    @Override
    public String name() {
        return images.getFirst().name();
    }

    @Override
    public long capacity() {
        return capacity;
    }

    /** A place in one of the images. */
    private record Part(DiskImage image, long offset) {
        long left() {
            return image.capacity() - offset;
        }
    }

    private Part part(long offset) {
        var start = 0L;
        for (var image : images) {
            if (offset < start + image.capacity()) {
                return new Part(image, offset - start);
            }
            start += image.capacity();
        }
        throw new IllegalArgumentException("%d is behind all images".formatted(offset));
    }

    @Override
    public Mapping map(long offset, long length) throws IOException {
        requireInside(offset, length);
        var part = part(offset);
        return part.image.map(part.offset, Math.min(length, part.left()));
    }

    @Override
    public void read(ByteBuffer into, long offset) throws IOException {
        requireInside(offset, into.remaining());
        var limit = into.limit();
        for (var at = offset; into.position() < limit; ) {
            var part = part(at);
            var count = (int) Math.min(limit - into.position(), part.left());
            part.image.read(into.limit(into.position() + count), part.offset);
            into.limit(limit);
            at += count;
        }
    }

    @Override
    public String refusal() {
        return "images one behind the other can only be read";
    }

    @Override
    public void close() throws IOException {
        IOException failure = null;
        for (Closeable image : images) {
            try {
                image.close();
            } catch (IOException e) {
                failure = failure == null ? e : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
