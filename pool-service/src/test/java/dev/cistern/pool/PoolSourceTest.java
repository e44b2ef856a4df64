package dev.cistern.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.common.message.PoolMount;
import dev.cistern.common.problem.ProblemException;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PoolSourceTest {
    private static final String GUARDED = "nodev,nosuid,noexec";

    private static PoolSource network(
            String host, String dir, @Nullable String format, String... options) {
        return new PoolSource(host, null, dir, format, null, List.of(options));
    }

    private static PoolMount mount(String type, PoolSource source) {
        source.requireComplete(type);
        return source.mount(type).orElseThrow();
    }

    @Test
    void aFileSystemIsMountedFromItsDevice() {
        var source = new PoolSource(null, "/dev/sdz1", null, "xfs", null, List.of("noatime"));

        assertThat(mount("fs", source))
                .isEqualTo(new PoolMount("/dev/sdz1", "xfs", List.of(GUARDED, "noatime")));
    }

    @Test
    void aFileSystemOfUnknownFormatIsLeftToMount() {
        assertThat(mount("fs", new PoolSource(null, "/dev/sdz1", null, null, null, List.of())))
                .isEqualTo(new PoolMount("/dev/sdz1", "auto", List.of(GUARDED)));
    }

    @Test
    void nfsIsMountedWithTheVersionAndTheOptionsGiven() {
        var source =
                new PoolSource(
                        "nas.example.org", null, "/exports", "nfs", "4.2", List.of("sync", "hard"));

        assertThat(mount("netfs", source))
                .isEqualTo(
                        new PoolMount(
                                "nas.example.org:/exports",
                                "nfs",
                                List.of(GUARDED, "nfsvers=4.2", "sync", "hard")));
    }

    @Test
    void aNetworkOfUnknownFormatIsLeftToMount() {
        assertThat(mount("netfs", network("nas", "/exports", "auto")))
                .isEqualTo(new PoolMount("nas:/exports", null, List.of(GUARDED)));
    }

    @Test
    void glusterAndCifsAreMountedAsLibvirtDoes() {
        assertThat(mount("netfs", network("g1", "gv0", "glusterfs")))
                .isEqualTo(
                        new PoolMount("g1:gv0", "glusterfs", List.of(GUARDED, "direct-io-mode=1")));
        assertThat(mount("netfs", network("smb", "share", "cifs")))
                .isEqualTo(new PoolMount("//smb/share", "cifs", List.of(GUARDED, "guest")));
    }

    @Test
    void anAddressWithColonsStandsInBrackets() {
        assertThat(mount("netfs", network("fe80::1%eth0", "/exports", "nfs")).source())
                .isEqualTo("[fe80::1%eth0]:/exports");
    }

    @Test
    void otherTypesMountNothing() {
        assertThat(PoolSource.NONE.mount("dir")).isEmpty();
        assertThat(new PoolSource("host", "/dev/x", null, "lvm2", null, List.of()).mount("logical"))
                .isEmpty();
    }

    static Stream<Runnable> nonsense() {
        return Stream.of(
                () -> mount("fs", PoolSource.NONE),
                () -> mount("fs", new PoolSource(null, "sdz", null, null, null, List.of())),
                () -> mount("fs", new PoolSource(null, "-oremount", null, null, null, List.of())),
                () -> mount("fs", new PoolSource(null, "/dev/x", null, "-t", null, List.of())),
                () -> mount("netfs", network("-o", "/exports", "nfs")),
                () -> mount("netfs", network("nas", "-x", "nfs")),
                () -> mount("netfs", network("nas evil", "/exports", "nfs")),
                () -> mount("netfs", network("nas", "/exports", "ext4")),
                () -> mount("netfs", network("nas", "/exports", "nfs", "-o")),
                () -> mount("netfs", network("nas", "/exports", "nfs", "a\nb")),
                () -> new PoolSource("nas", null, "/e", "nfs", "4.2,exec", List.of()));
    }

    @ParameterizedTest
    @MethodSource("nonsense")
    void whatMountCouldTakeForSomethingElseIsRefused(Runnable use) {
        assertThatThrownBy(use::run).isInstanceOf(ProblemException.class);
    }

    @Test
    void theReserveIsNotPromised() {
        assertThat(new SpaceRules(2, null, 100, 0).allowed(1000)).isEqualTo(1800);
        assertThat(new SpaceRules(2, null, 2000, 0).allowed(1000)).isZero();
        assertThat(new SpaceRules(2, 5L, 100, 0).allowed(1000)).isEqualTo(5);
        assertThat(new SpaceRules(1, null, 0, 10).isLow(9)).isTrue();
        assertThat(new SpaceRules(1, null, 0, 0).isLow(0)).isFalse();
    }
}
