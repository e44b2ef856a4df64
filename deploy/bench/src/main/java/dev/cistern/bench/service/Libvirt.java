package dev.cistern.bench.service;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.cistern.bench.Figures;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The peer: libvirt's storage driver through its C API, so that nothing but libvirtd's own work is
 * measured. A libvirtd is started where none runs.
 */
@SuppressWarnings("restricted") // calling a C library is
final class Libvirt implements AutoCloseable {
    private static final Path SOCKET = Path.of("/run/libvirt/libvirt-sock");
    private static final String POOL = "cistern-bench";

    private final Calls calls;
    private final @Nullable Process daemon;
    private final MemorySegment connection;
    private final MemorySegment pool;

    private Libvirt(Calls calls, @Nullable Process daemon, Path folder) throws IOException {
        this.calls = calls;
        this.daemon = daemon;
        connection = calls.connect();
        Files.createDirectories(folder);
        pool =
                calls.make(
                        calls.createPool,
                        connection,
                        "<pool type='dir'><name>%s</name><target><path>%s</path></target></pool>"
                                .formatted(POOL, folder));
    }

    /** The library's functions (libvirt-storage.h). */
    private record Calls(
            MethodHandle open,
            MethodHandle close,
            MethodHandle createPool,
            MethodHandle destroyPool,
            MethodHandle refreshPool,
            MethodHandle createVolume,
            MethodHandle freeVolume,
            MethodHandle lastError) {

        static Calls load() {
            var library = SymbolLookup.libraryLookup("libvirt.so.0", Arena.global());
            var make = FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, JAVA_INT);
            var with = FunctionDescriptor.of(JAVA_INT, ADDRESS);
            return new Calls(
                    handle(library, "virConnectOpen", FunctionDescriptor.of(ADDRESS, ADDRESS)),
                    handle(library, "virConnectClose", with),
                    handle(library, "virStoragePoolCreateXML", make),
                    handle(library, "virStoragePoolDestroy", with),
                    handle(
                            library,
                            "virStoragePoolRefresh",
                            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT)),
                    handle(library, "virStorageVolCreateXML", make),
                    handle(library, "virStorageVolFree", with),
                    handle(library, "virGetLastErrorMessage", FunctionDescriptor.of(ADDRESS)));
        }

        private static MethodHandle handle(
                SymbolLookup library, String name, FunctionDescriptor type) {
            return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), type);
        }

        MemorySegment connect() {
            try (var arena = Arena.ofConfined()) {
                return require(
                        (MemorySegment) open.invokeExact(arena.allocateFrom("qemu:///system")));
            } catch (Throwable e) {
                throw failed(e);
            }
        }

        MemorySegment make(MethodHandle how, MemorySegment where, String xml) {
            try (var arena = Arena.ofConfined()) {
                return require((MemorySegment) how.invokeExact(where, arena.allocateFrom(xml), 0));
            } catch (Throwable e) {
                throw failed(e);
            }
        }

        void refresh(MemorySegment pool) {
            try {
                if ((int) refreshPool.invokeExact(pool, 0) != 0) {
                    var message = (MemorySegment) lastError.invokeExact();
                    throw new BenchException(
                            "libvirt: " + message.reinterpret(Long.MAX_VALUE).getString(0));
                }
            } catch (Throwable e) {
                throw failed(e);
            }
        }

        void end(MethodHandle how, MemorySegment what) {
            try {
                var _ = (int) how.invokeExact(what);
            } catch (Throwable e) {
                throw failed(e);
            }
        }

        private MemorySegment require(MemorySegment made) throws Throwable {
            if (made.address() == 0) {
                var message = (MemorySegment) lastError.invokeExact();
                throw new BenchException(
                        "libvirt: " + message.reinterpret(Long.MAX_VALUE).getString(0));
            }
            return made;
        }

        private static RuntimeException failed(Throwable e) {
            return e instanceof RuntimeException known
                    ? known
                    : new BenchException("libvirt cannot be called: " + e, e);
        }
    }

    /** libvirt with a pool on a folder; empty, with the reason said, where it is not installed. */
    static Optional<Libvirt> on(Path folder, Figures figures)
            throws IOException, InterruptedException {
        if (!Files.isExecutable(Path.of("/usr/sbin/libvirtd"))) {
            figures.say("libvirt is not installed: nothing to compare with");
            return Optional.empty();
        }
        try {
            var calls = Calls.load();
            return Optional.of(new Libvirt(calls, Files.exists(SOCKET) ? null : daemon(), folder));
        } catch (IllegalArgumentException | BenchException e) {
            figures.say("nothing to compare with: " + e.getMessage());
            return Optional.empty();
        }
    }

    private static Process daemon() throws IOException, InterruptedException {
        Files.createDirectories(Path.of("/var/log/libvirt"));
        Files.createDirectories(Path.of("/run/libvirt"));
        var daemon =
                new ProcessBuilder("/usr/sbin/libvirtd")
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        for (var tries = 0; !Files.exists(SOCKET) && daemon.isAlive() && tries < 300; tries++) {
            TimeUnit.MILLISECONDS.sleep(100);
        }
        return daemon;
    }

    /**
     * Creates volumes, from several threads with a connection each.
     *
     * @return volumes a second
     */
    double creates(String prefix, String format, int count, int threads)
            throws InterruptedException {
        var begin = System.nanoTime();
        try (var executor = Executors.newFixedThreadPool(threads)) {
            var all = new ArrayList<Future<?>>();
            for (var thread = 0; thread < threads; thread++) {
                var names = prefix + "-" + thread + "-";
                all.add(executor.submit(() -> createSome(names, format, count / threads)));
            }
            for (var one : all) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw new BenchException("libvirt: " + e.getCause(), e);
        }
        return (count / threads) * threads / ((System.nanoTime() - begin) / 1e9);
    }

    private void createSome(String names, String format, int count) {
        for (var number = 0; number < count; number++) {
            var xml =
                    "<volume><name>%s%d</name><capacity unit='bytes'>1073741824</capacity><target><format type='%s'/></target></volume>"
                            .formatted(names, number, format);
            calls.end(calls.freeVolume, calls.make(calls.createVolume, pool, xml));
        }
    }

    /**
     * Has a pool of its own on a folder and looks at it again.
     *
     * @return the seconds that a look takes, the best of some
     */
    double refreshes(Path folder, int times) {
        var other =
                calls.make(
                        calls.createPool,
                        connection,
                        "<pool type='dir'><name>%s-refresh</name><target><path>%s</path></target></pool>"
                                .formatted(POOL, folder));
        try {
            var best = Double.MAX_VALUE;
            for (var time = 0; time < times; time++) {
                var begin = System.nanoTime();
                calls.refresh(other);
                best = Math.min(best, (System.nanoTime() - begin) / 1e9);
            }
            return best;
        } finally {
            calls.end(calls.destroyPool, other);
        }
    }

    @Override
    public void close() {
        calls.end(calls.destroyPool, pool);
        calls.end(calls.close, connection);
        if (daemon != null) {
            daemon.destroy();
        }
    }
}
