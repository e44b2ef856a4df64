package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.ImageRef;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Of a vmdk volume of several files there is no one file that a client could fetch or deliver. */
class SeveralFilesTransferTest extends TransferBench {
    private ImageRef disk() throws Exception {
        var flat = ImageOptions.vmdk("monolithicFlat", null, null);
        bench.run(
                new Command.CreateVolume(
                        pool.place(), volume, 1, "disk", "vmdk", MIB, TestPool.MODE, flat));
        Qemu.io(pool.file("disk"), "vmdk", "write -P 1 0 64k");
        return pool.image("disk", "vmdk");
    }

    @Test
    void whatAGuestSeesIsFetched() throws Exception {
        var client = begin(TransferScenes.download(pool, volume, disk(), true));
        var bytes = client.send("GET", "").body();

        assertThat(finish(client)).isInstanceOf(Result.VolumeDownloaded.class);
        assertThat(bytes).hasSize(MIB).startsWith(1, 1, 1).endsWith(0, 0, 0);
    }

    @Test
    void theFilesAreNeitherFetchedNorReplaced() throws Exception {
        var disk = disk();

        assertThat(
                        code(
                                bench.run(
                                        UUID.randomUUID(),
                                        1,
                                        TransferScenes.download(pool, volume, disk, false))))
                .isEqualTo(ProblemCode.UNSUPPORTED);
        assertThat(
                        code(
                                bench.run(
                                        UUID.randomUUID(),
                                        1,
                                        TransferScenes.upload(pool, volume, disk, MIB))))
                .isEqualTo(ProblemCode.UNSUPPORTED);

        assertThat(urls).isEmpty();
        assertThat(pool.files()).containsExactly("disk", "disk-flat");
        Qemu.io(pool.file("disk"), "vmdk", "read -P 1 0 64k");
        assertThat(pool.staged()).isEmpty();
    }
}
