package dev.cistern.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** Fills the file system of the folder given while the servers run on it, then makes room and looks what is left. */
final class FullDiskMain {
    private static final EmbeddedSettings SETTINGS =
            new EmbeddedSettings(0, 0, 128 * Sizes.MIB, 64 * Sizes.MIB);

    private FullDiskMain() {}

    public static void main(String[] arguments) throws Exception {
        Path root = Path.of(arguments[0]);
        try (DataFolder folder = DataFolder.open(root.resolve("data"));
                EmbeddedServers servers = EmbeddedServers.start(folder, SETTINGS, _ -> {})) {
            String kafka = servers.kafka().bootstrapServers();
            Messages.createTopic(kafka);
            Rows.createTable(servers.postgres());
            Rows.insert(servers.postgres(), "a");
            Messages.send(kafka, List.of("a"));
            System.out.println("stored a");

            Path filler = root.resolve("filler");
            fill(filler);
            Eventually.that(servers.space()::low);
            System.out.println("space is low");
            fill(filler);
            System.out.println("disk is full");
            failBoth(servers);

            Files.delete(filler);
            Eventually.that(() -> !servers.space().low());
            Eventually.that(() -> servers.postgres().alive() && !servers.kafka().failed());
            System.out.println("space is back");
            Eventually.that(() -> insertWorks(servers.postgres(), "b"));
            Messages.send(kafka, List.of("b"));
            System.out.println("rows " + Rows.names(servers.postgres()));
            System.out.println("messages " + Messages.read(kafka, 2));
        }
    }

    private static void fill(Path filler) throws IOException {
        try (FileChannel channel = FileChannel.open(
                filler, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            for (int size = 1 << 20; size > 0; size /= 2) {
                writeUntilFull(channel, ByteBuffer.allocate(size));
            }
        }
    }

    private static void writeUntilFull(FileChannel channel, ByteBuffer block) {
        try {
            while (channel.write(block.clear()) == block.capacity()) {
                Thread.onSpinWait();
            }
        } catch (IOException _) {
            // No space left for a block of this size.
        }
    }

    /** Sends and inserts far more than fits anywhere; the refusals are the point. */
    private static void failBoth(EmbeddedServers servers) throws Exception {
        for (int i = 0; i < 20; i++) {
            insertWorks(servers.postgres(), "x".repeat(1 << 20));
        }
        Messages.trySend(servers.kafka().bootstrapServers(), "x".repeat(500_000));
    }

    private static boolean insertWorks(PostgresServer server, String name) {
        try {
            Rows.insert(server, name);
            return true;
        } catch (java.sql.SQLException e) {
            return false;
        }
    }
}
