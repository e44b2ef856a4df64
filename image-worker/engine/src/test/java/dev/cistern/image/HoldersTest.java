package dev.cistern.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.image.qcow2.Qcow2Options;
import dev.cistern.image.storage.Access;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each of QEMU's programs keeps us off what it has open, and we keep it off. */
final class HoldersTest extends OracleBench {
    /** A program that has an image open until it is killed. */
    enum Holder {
        QEMU_IO {
            @Override
            Process start(String image) throws Exception {
                return Oracle.start("stdbuf", "-oL", "qemu-io", "-f", "qcow2", image);
            }

            @Override
            void await(Process process, String image) throws Exception {
                process.outputWriter().append("length\n").flush();
                assertThat(process.inputReader().readLine()).contains("5 MiB");
            }
        },
        QEMU_NBD {
            @Override
            Process start(String image) throws Exception {
                return Oracle.start("qemu-nbd", "-t", "-f", "qcow2", "-k", image + ".nbd", image);
            }

            @Override
            void await(Process process, String image) throws Exception {
                while (process.isAlive() && !Files.exists(Path.of(image + ".nbd"))) {
                    TimeUnit.MILLISECONDS.sleep(10);
                }
                assertThat(process.isAlive()).isTrue();
            }
        },
        QEMU_SYSTEM {
            @Override
            Process start(String image) throws Exception {
                return Oracle.start(
                        "qemu-system-x86_64",
                        "-S",
                        "-nodefaults",
                        "-display",
                        "none",
                        "-monitor",
                        "stdio",
                        "-drive",
                        "if=virtio,format=qcow2,file=" + image);
            }

            @Override
            void await(Process process, String image) throws Exception {
                assertThat(process.inputReader().readLine()).contains("monitor");
            }
        };

        abstract Process start(String image) throws Exception;

        /** Returns once it has the image open. */
        abstract void await(Process process, String image) throws Exception;

        Process hold(String image) throws Exception {
            var process = start(image);
            await(process, image);
            return process;
        }
    }

    @BeforeEach
    void make() throws Exception {
        create("below.img", Qcow2Options.DEFAULT);
        create("image.img", Qcow2Options.DEFAULT.withBacking("below.img", "qcow2"));
    }

    @ParameterizedTest
    @EnumSource(Holder.class)
    void whatItHasOpenIsRefusedToUs(Holder holder) throws Exception {
        var process = holder.hold(path("image.img"));
        try {
            for (var access : Access.values()) {
                assertThatThrownBy(() -> open("image.img", access))
                        .isInstanceOf(ImageInUseException.class)
                        .hasMessageContaining("process " + process.pid());
            }
            assertThatThrownBy(() -> open("below.img", Access.READ_WRITE))
                    .isInstanceOf(ImageInUseException.class);
            open("below.img", Access.READ).close();
        } finally {
            process.destroyForcibly().waitFor();
        }
        open("image.img", Access.READ_WRITE).close();
    }

    @ParameterizedTest
    @EnumSource(Holder.class)
    void whatWeHaveOpenIsRefusedToIt(Holder holder) throws Exception {
        try (var image = open("image.img", Access.READ_WRITE)) {
            assertThat(image.capacity()).isPositive();
            var process = holder.start(path("image.img"));
            process.outputWriter().close();
            var output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).isNotZero();
            assertThat(output).contains("lock");
        }
        holder.hold(path("image.img")).destroyForcibly().waitFor();
    }
}
