package dev.cistern.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.List;

/**
 * Fills the file system of the folder given while the servers run on it, then makes room and looks
 * what is left.
 */
final class FullDiskMain {
    private static final EmbeddedSettings SETTINGS =
            new EmbeddedSettings(0, 0, 128 * Sizes.MIB, 64 * Sizes.MIB);

    private FullDiskMain() {}

    public static void main(String[] arguments) throws Exception {
        Path root = Path.of(arguments[0]);
        try (DataFolder folder = DataFolder.open(root.resolve("data"));
                EmbeddedServers servers = EmbeddedServers.start(folder, SETTINGS, _ -> {})) {
            String kafka = servers.kafka().bootstrapServers();
            Messages.createTopics(kafka);
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
            Eventually.that(() -> works(() -> Rows.insert(servers.postgres(), "b")));
            Messages.send(kafka, List.of("b"));
            System.out.println("rows " + Rows.names(servers.postgres()));
            System.out.println("messages " + Messages.read(kafka, 2));
        }
    }

    private static void fill(Path filler) throws IOException {
        try (FileChannel channel =
                FileChannel.open(
                        filler,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.APPEND)) {
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

    /** Asks for far more than fits anywhere. */
    private static void failBoth(EmbeddedServers servers) throws Exception {
        Eventually.that(() -> !works(() -> Rows.insertMany(servers.postgres())));
        System.out.println("database refuses");
        Messages.sendUntil(servers.kafka().bootstrapServers(), servers.kafka()::failed);
        System.out.println("broker failed");
    }

    private interface Action {
        void run() throws SQLException;
    }

    private static boolean works(Action action) {
        try {
            action.run();
            return true;
        } catch (SQLException _) {
            return false;
        }
    }
}
