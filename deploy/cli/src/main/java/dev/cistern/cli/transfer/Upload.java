package dev.cistern.cli.transfer;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Json;
import dev.cistern.cli.http.Operation;
import dev.cistern.cli.http.Route;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Delivers a file into a volume.
 *
 * @param offset in the volume of the file's first byte; null to replace all that the volume has
 * @param length how many bytes of the file, or null for all; of a raw volume the rest then stays
 * @param sparse whether zeroes are left out
 */
public record Upload(
        @Nullable Long offset, @Nullable Long length, boolean sparse, int connections) {
    private static final int HEAD = 32;
    private static final int QCOW2 = 0x514649fb;
    private static final int VMDK = 0x4b444d56;
    private static final int SECTOR = 512;
    private static final byte[] ZEROES = new byte[Download.PIECE];

    /** Another worker has begun with it, and has nothing of what the one before had. */
    private static final class AnewException extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /** Delivers a file. */
    public Operation fromFile(Session session, Route volume, String file) throws Failure {
        try (var from = FileChannel.open(Path.of(file), StandardOpenOption.READ)) {
            return deliver(session, volume, Source.ofFile(from, bytesOf(from.size())));
        } catch (NoSuchFileException _) {
            throw new Failure.Local("there is no file '%s'".formatted(file));
        } catch (IOException | InvalidPathException e) {
            throw new Failure.Local("cannot read '%s': %s".formatted(file, e.getMessage()));
        }
    }

    /**
     * Delivers what comes from standard input: as it comes if it is known how many bytes that are,
     * else once it has come to its end, out of a temporary file.
     *
     * @param size how many bytes there are; null if that is not known
     */
    public Operation fromInput(Session session, Route volume, @Nullable Long size) throws Failure {
        var known = length == null ? size : length;
        var in = session.surroundings().in();
        try (var from = known == null ? Source.ofAll(in) : Source.ofStream(in, known)) {
            var _ = bytesOf(from.bytes());
            return deliver(session, volume, from);
        } catch (IOException e) {
            throw new Failure.Local("cannot read standard input: " + e.getMessage());
        }
    }

    private long bytesOf(long there) throws Failure {
        var bytes = length == null ? there : length;
        if (bytes < 1 || bytes > there) {
            throw new Failure.Local(
                    "the file has %d bytes, and %d are to be uploaded".formatted(there, bytes));
        }
        return bytes;
    }

    private Operation deliver(Session session, Route volume, Source from)
            throws Failure, IOException {
        var request =
                Json.object()
                        .put("direction", "upload")
                        .put("size", start() + from.bytes())
                        .put("onto", onto());
        var capacity = capacity(from);
        if (capacity > 0) {
            request.put("capacity", capacity);
        }
        try (var transfer = RemoteTransfer.begin(session, volume, request)) {
            while (true) {
                try {
                    return deliver(session, transfer, from);
                } catch (AnewException _) {
                    from.rewind();
                    session.err().println("the worker is another one: the upload begins anew");
                    session.err().flush();
                }
            }
        }
    }

    private long start() {
        return offset == null ? 0 : offset;
    }

    private boolean onto() {
        return offset != null || length != null;
    }

    /** What a guest sees of the image that a file is, if its header tells; else 0. */
    private static long capacity(Source from) throws IOException {
        var head = ByteBuffer.allocate(HEAD);
        from.head(head);
        if (head.hasRemaining()) {
            return 0;
        }
        return switch (head.getInt(0)) {
            case QCOW2 -> head.getLong(24);
            case VMDK -> head.order(ByteOrder.LITTLE_ENDIAN).getLong(12) * SECTOR;
            default -> 0;
        };
    }

    private Operation deliver(Session session, RemoteTransfer transfer, Source from)
            throws Failure, AnewException {
        var to = transfer.port();
        var anew = new AtomicBoolean();
        var crew = new Crew(session, "uploading", from.bytes());
        crew.run(
                connections,
                () -> {
                    var buffer = new byte[Download.PIECE];
                    while (!anew.get() && !crew.hasFailed()) {
                        var piece = from.take(buffer);
                        if (piece.count() == 0) {
                            break;
                        }
                        if (!send(transfer, to, start() + piece.at(), buffer, piece.count())) {
                            anew.set(true);
                        }
                        crew.moved(piece.count());
                    }
                    return null;
                });
        if (anew.get() || !transfer.port().isThatOf(to)) {
            throw new AnewException();
        }
        return transfer.finish(to);
    }

    /** Returns false if the transfer is with another worker by now. */
    private boolean send(RemoteTransfer transfer, DataPort to, long at, byte[] bytes, int count)
            throws Failure {
        var zero = sparse && Arrays.mismatch(bytes, 0, count, ZEROES, 0, count) < 0;
        if (zero && !onto()) {
            return true;
        }
        return transfer.ask(
                port -> {
                    if (!port.isThatOf(to)) {
                        return false;
                    }
                    if (zero) {
                        port.zero(at, count);
                    } else {
                        port.put(at, bytes, count);
                    }
                    return true;
                });
    }
}
