package dev.cistern.image.qcow2;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import dev.cistern.image.PackedRuns;
import dev.cistern.image.qcow2.format.Header;
import java.io.Closeable;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * How single clusters are compressed. Buffers are direct; what follows the compressed bytes in the
 * last sector is of no account.
 */
enum ClusterCodec {
    /** Raw deflate (RFC 1951), without zlib's head and checksum. */
    DEFLATE {
        @Override
        Unpacker unpacker() {
            var inflater = new Inflater(true);
            return new Unpacker() {
                @Override
                public boolean unpack(ByteBuffer packed, ByteBuffer into) {
                    inflater.reset();
                    inflater.setInput(packed);
                    try {
                        while (into.hasRemaining() && inflater.inflate(into) > 0) {
                            // Until the cluster is full or the bytes end.
                        }
                    } catch (DataFormatException _) {
                        return false;
                    }
                    return !into.hasRemaining();
                }

                @Override
                public void close() {
                    inflater.end();
                }
            };
        }

        @Override
        Packer packer() {
            var deflater = new Deflater(PackedRuns.DEFLATE_LEVEL, true);
            return new Packer() {
                @Override
                public boolean pack(ByteBuffer cluster, ByteBuffer into) {
                    deflater.reset();
                    deflater.setInput(cluster);
                    deflater.finish();
                    while (into.hasRemaining() && deflater.deflate(into) > 0) {
                        // Until all is packed or there is no room left.
                    }
                    return deflater.finished();
                }

                @Override
                public void close() {
                    deflater.end();
                }
            };
        }
    },

    /** One frame of Zstandard (RFC 8878). */
    ZSTD {
        @Override
        Unpacker unpacker() {
            var context = new ZstdDecompressCtx();
            return new Unpacker() {
                @Override
                public boolean unpack(ByteBuffer packed, ByteBuffer into) {
                    try {
                        context.reset();
                        var more = true;
                        while (into.hasRemaining() && packed.hasRemaining() && more) {
                            var before = packed.remaining();
                            context.decompressDirectByteBufferStream(into, packed);
                            more = packed.remaining() < before;
                        }
                        return !into.hasRemaining();
                    } catch (ZstdException _) {
                        return false;
                    }
                }

                @Override
                public void close() {
                    context.close();
                }
            };
        }

        @Override
        Packer packer() {
            var context = new ZstdCompressCtx();
            return new Packer() {
                @Override
                public boolean pack(ByteBuffer cluster, ByteBuffer into) {
                    try {
                        context.compress(into, cluster);
                        return true;
                    } catch (ZstdException _) {
                        return false;
                    }
                }

                @Override
                public void close() {
                    context.close();
                }
            };
        }
    };

    /** The codec that a header names. */
    static ClusterCodec of(Header header) {
        return header.compressionType() == 0 ? DEFLATE : ZSTD;
    }

    /** Unpacks clusters, one after the other. */
    abstract Unpacker unpacker();

    /** Packs clusters, one after the other, on one thread. */
    abstract Packer packer();

    /** Packs clusters on one thread. */
    interface Packer extends Closeable {
        /** Returns false if the packed bytes do not fit into the room of {@code into}. */
        boolean pack(ByteBuffer cluster, ByteBuffer into);

        @Override
        void close();
    }

    /** Unpacks clusters, for one thread at a time. */
    interface Unpacker extends Closeable {
        /**
         * Fills {@code into}.
         *
         * @return false if the bytes do not give that much
         */
        boolean unpack(ByteBuffer packed, ByteBuffer into);

        @Override
        void close();
    }
}
