package dev.cistern.embedded;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * The programs of PostgreSQL, unpacked once per user and version from the archive on the class
 * path.
 *
 * <p>They live in a folder that only its owner can write ({@code $XDG_CACHE_HOME/cistern}, else
 * {@code ~/.cache/cistern}), named after the digest of the archive. A folder appears there
 * complete, by a rename, or not at all.
 */
final class PostgresBinaries {
    private static final Set<PosixFilePermission> OWNER_ONLY =
            PosixFilePermissions.fromString("rwx------");

    private final Path home;

    private PostgresBinaries(Path home) {
        this.home = home;
    }

    /**
     * The programs for this machine, unpacked if they are not yet; several processes may ask at
     * once.
     */
    static PostgresBinaries unpacked(Path cache) throws IOException {
        String archive = archiveName();
        Path home = cache.resolve("postgresql-" + digest(archive).substring(0, 16));
        if (!Files.isDirectory(home)) {
            Folders.createPrivate(cache);
            Path lock = cache.resolve("lock");
            synchronized (PostgresBinaries.class) {
                try (FileChannel channel =
                                FileChannel.open(
                                        lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                        FileLock _ = channel.lock()) {
                    unpackInto(home, archive);
                }
            }
        }
        return new PostgresBinaries(home);
    }

    /**
     * The programs in the folder that all data folders of this user share; a user without a home
     * that can be written has them in a folder of the caller's.
     */
    static PostgresBinaries unpackedForUser(Path instead) throws IOException {
        Path shared = userCache();
        try {
            Folders.createPrivate(shared);
        } catch (IOException _) {
            return unpacked(instead);
        }
        return unpacked(Files.isWritable(shared) ? shared : instead);
    }

    private static Path userCache() {
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path base =
                xdg == null || xdg.isBlank()
                        ? Path.of(System.getProperty("user.home"), ".cache")
                        : Path.of(xdg);
        return base.resolve("cistern");
    }

    Path program(String name) {
        return home.resolve("bin").resolve(name);
    }

    private static void unpackInto(Path home, String archive) throws IOException {
        if (Files.isDirectory(home)) {
            return;
        }
        Path staging =
                Files.createTempDirectory(
                        home.getParent(),
                        "unpack-",
                        PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        try (InputStream raw = open(archive);
                var tar =
                        new TarArchiveInputStream(
                                new XZInputStream(new BufferedInputStream(raw)))) {
            for (TarArchiveEntry entry = tar.getNextEntry();
                    entry != null;
                    entry = tar.getNextEntry()) {
                unpack(entry, tar, staging);
            }
            Files.move(staging, home, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Folders.delete(staging);
        }
    }

    private static void unpack(TarArchiveEntry entry, InputStream content, Path staging)
            throws IOException {
        Path target = staging.resolve(entry.getName()).normalize();
        if (!target.startsWith(staging)) {
            throw new IOException(
                    "The PostgreSQL archive names a file outside itself: " + entry.getName());
        }
        if (entry.isDirectory()) {
            Files.createDirectories(target);
            return;
        }
        Files.createDirectories(target.getParent());
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
        } else {
            Files.copy(content, target);
            Files.setPosixFilePermissions(target, permissions(entry.getMode()));
        }
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        Set<PosixFilePermission> permissions =
                EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
        if ((mode & 0b001_000_000) != 0) {
            permissions.add(PosixFilePermission.OWNER_EXECUTE);
        }
        return permissions;
    }

    private static String archiveName() throws StartupException {
        String machine = System.getProperty("os.arch");
        String platform =
                switch (System.getProperty("os.name") + " " + machine) {
                    case "Linux amd64" -> "linux-x86_64";
                    case "Linux aarch64" -> "linux-arm_64";
                    default ->
                            throw new StartupException(
                                    "The embedded PostgreSQL runs on Linux on amd64 and aarch64, not on %s on %s"
                                            .formatted(System.getProperty("os.name"), machine));
                };
        return "postgres-" + platform + ".txz";
    }

    private static String digest(String archive) throws IOException {
        try (InputStream in =
                new DigestInputStream(open(archive), MessageDigest.getInstance("SHA-256"))) {
            in.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(((DigestInputStream) in).getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static InputStream open(String archive) throws IOException {
        InputStream in = PostgresBinaries.class.getResourceAsStream("/" + archive);
        if (in == null) {
            throw new IOException(
                    "The PostgreSQL archive " + archive + " is not on the class path");
        }
        return in;
    }
}
