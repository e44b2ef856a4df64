package dev.cistern.image;

import dev.cistern.image.DiskImage.Space;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Writes to an open image, in whatever order the threads come. */
record ImageSink(DiskImage image, boolean blank) implements ContentSink {
    @Override
    public long capacity() {
        return image.capacity();
    }

    @Override
    public int unit() {
        return image.unit();
    }

    @Override
    public Lane lane() {
        return new Lane() {
            @Override
            public void data(ByteBuffer bytes, long offset) throws IOException {
                image.write(bytes, offset);
            }

            @Override
            public void zero(long offset, long length) throws IOException {
                if (!blank) {
                    image.zero(offset, length, Space.FREE);
                }
            }

            @Override
            public void commit(Turn turn) {}

            @Override
            public void close() {}
        };
    }

    @Override
    public void finish() throws IOException {
        image.flush();
    }
}
