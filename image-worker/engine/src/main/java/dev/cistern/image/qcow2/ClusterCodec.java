package dev.cistern.image.qcow2;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import dev.cistern.image.qcow2.format.Header;
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
        boolean unpack(ByteBuffer packed, ByteBuffer into) {
            var inflater = new Inflater(true);
            try {
                inflater.setInput(packed);
                while (into.hasRemaining() && inflater.inflate(into) > 0) {
                    // Until the cluster is full or the bytes end.
                }
                return !into.hasRemaining();
            } catch (DataFormatException _) {
                return false;
            } finally {
                inflater.end();
            }
        }

        @Override
        boolean pack(ByteBuffer cluster, ByteBuffer into) {
            var deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
            try {
                deflater.setInput(cluster);
                deflater.finish();
                while (into.hasRemaining() && deflater.deflate(into) > 0) {
                    // Until all is packed or there is no room left.
                }
                return deflater.finished();
            } finally {
                deflater.end();
            }
        }
    },

    /** One frame of Zstandard (RFC 8878). */
    ZSTD {
        @Override
        boolean unpack(ByteBuffer packed, ByteBuffer into) {
            try (var context = new ZstdDecompressCtx()) {
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
        boolean pack(ByteBuffer cluster, ByteBuffer into) {
            try (var context = new ZstdCompressCtx()) {
                context.compress(into, cluster);
                return true;
            } catch (ZstdException _) {
                return false;
            }
        }
    };

    /** The codec that a header names. */
    static ClusterCodec of(Header header) {
        return header.compressionType() == 0 ? DEFLATE : ZSTD;
    }

    /**
     * Fills {@code into}.
     *
     * @return false if the bytes do not give that much
     */
    abstract boolean unpack(ByteBuffer packed, ByteBuffer into);

    /** Returns false if the packed bytes do not fit into the room of {@code into}. */
    abstract boolean pack(ByteBuffer cluster, ByteBuffer into);
}
