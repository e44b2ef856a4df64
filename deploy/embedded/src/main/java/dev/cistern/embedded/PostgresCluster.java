package dev.cistern.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * The files of one PostgreSQL database cluster.
 *
 * <pre>
 *   data/        what initdb makes and postgres works on
 *   password     of the superuser, readable by the owner only
 *   server.log   what postgres says
 *   programs/    of PostgreSQL, only for a user without a home
 * </pre>
 */
final class PostgresCluster {
    static final String USER = "cistern";
    private static final Duration INIT_LIMIT = Duration.ofMinutes(3);

    private final Path folder;
    private final PostgresBinaries binaries;
    private final List<String> launcher;

    private PostgresCluster(Path folder, PostgresBinaries binaries, List<String> launcher) {
        this.folder = folder;
        this.binaries = binaries;
        this.launcher = launcher;
    }

    /** The cluster of a folder, whether its files are there or not. */
    static PostgresCluster in(Path folder) throws IOException {
        Folders.createPrivate(folder);
        return new PostgresCluster(
                folder.toRealPath(),
                PostgresBinaries.unpackedForUser(folder.resolve("programs")),
                Unprivileged.launcher());
    }

    /** Makes the files if there are none; what a crash left half made is made anew. */
    void createIfAbsent() throws IOException {
        if (!Files.isDirectory(data())) {
            create();
        }
    }

    Path data() {
        return folder.resolve("data");
    }

    /** Written by a running server and removed when it has shut down, not when it was killed. */
    Path processFile() {
        return data().resolve("postmaster.pid");
    }

    Path log() {
        return folder.resolve("server.log");
    }

    String password() throws IOException {
        return Files.readString(passwordFile());
    }

    /** A command line of one of PostgreSQL's programs, run as a user that it accepts. */
    List<String> command(String program, List<String> arguments) {
        List<String> command = new ArrayList<>(launcher);
        command.add(binaries.program(program).toString());
        command.addAll(arguments);
        return command;
    }

    private void create() throws IOException {
        Path staging = folder.resolve("data.new");
        Folders.delete(staging);
        writePassword();
        Processes.run(
                command(
                        "initdb",
                        List.of(
                                "--pgdata=" + staging,
                                "--username=" + USER,
                                "--pwfile=" + passwordFile(),
                                "--auth=scram-sha-256",
                                "--encoding=UTF8",
                                "--locale=C",
                                "--locale-provider=builtin",
                                "--builtin-locale=C.UTF-8")),
                INIT_LIMIT);
        Files.move(staging, data(), StandardCopyOption.ATOMIC_MOVE);
    }

    private void writePassword() throws IOException {
        byte[] secret = new byte[24];
        new SecureRandom().nextBytes(secret);
        Files.deleteIfExists(passwordFile());
        Files.createFile(
                passwordFile(),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(
                passwordFile(), Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
    }

    private Path passwordFile() {
        return folder.resolve("password");
    }
}
