package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.ImageRef;
import dev.cistern.common.message.Result;
import dev.cistern.worker.command.CrashTest.Scene;
import java.nio.file.Files;
import java.util.List;
import java.util.UUID;

/** Commands that clients have their part in. */
final class TransferScenes {
    private static final UUID VOLUME = UUID.randomUUID();

    private TransferScenes() {}

    /** One of each type. */
    static List<Command> commands(TestPool pool) {
        var disk = new ImageRef("disk", "raw", 1L);
        return List.of(download(pool, VOLUME, disk, false), upload(pool, VOLUME, disk, 1 << 20));
    }

    static Command.DownloadVolume download(
            TestPool pool, UUID volume, ImageRef image, boolean asGuestSees) {
        return new Command.DownloadVolume(
                pool.place(), volume, 1, image, TransferClient.ticket(60), asGuestSees);
    }

    static Command.UploadVolume upload(TestPool pool, UUID volume, ImageRef image, long size) {
        return new Command.UploadVolume(
                pool.place(),
                volume,
                2,
                image,
                TransferClient.ticket(60),
                size,
                Math.max(size, 1 << 20),
                false);
    }

    private static ImageRef disk(TestPool pool, Workbench bench) throws Exception {
        bench.run(new Command.StartPool(pool.place(), false));
        bench.run(pool.create(VOLUME, "disk"));
        return pool.image("disk", "raw");
    }

    static final class Downloading implements Scene {
        @Override
        public Command prepare(TestPool pool, Workbench bench) throws Exception {
            return download(pool, VOLUME, disk(pool, bench), false);
        }

        @Override
        public void check(TestPool pool, Result result) throws Exception {
            assertThat(result).isEqualTo(new Result.VolumeDownloaded(VOLUME, 1 << 20));
            assertThat(pool.files()).containsExactly("disk");
        }
    }

    static final class Uploading implements Scene {
        @Override
        public Command prepare(TestPool pool, Workbench bench) throws Exception {
            return upload(pool, VOLUME, disk(pool, bench), TransferClient.SIZE);
        }

        @Override
        public void check(TestPool pool, Result result) throws Exception {
            var inode = TestPool.inode(pool.file("disk"));
            assertThat(result)
                    .isInstanceOfSatisfying(
                            Result.VolumeChanged.class,
                            changed -> assertThat(changed.file().inode()).isEqualTo(inode));
            assertThat(Files.readAllBytes(pool.file("disk"))).isEqualTo(TransferClient.content());
            assertThat(pool.files()).containsExactly("disk");
            assertThat(pool.volume(VOLUME).inode()).isEqualTo(inode);
        }
    }
}
