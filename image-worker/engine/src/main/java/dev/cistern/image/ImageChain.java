package dev.cistern.image;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/** An open image with all that lie below it. Closing it closes them all. */
public final class ImageChain implements Closeable {
    private final List<DiskImage> images;

    ImageChain(List<DiskImage> images) {
        this.images = List.copyOf(images);
    }

    /** The image that was asked for. */
    public DiskImage top() {
        return images.getFirst();
    }

    /**
     * All images, the one that was asked for first; the place of each is the depth of its {@link
     * Mapping}s.
     */
    public List<DiskImage> images() {
        return images;
    }

    @Override
    public void close() throws IOException {
        top().close();
    }
}
