package dev.cistern.image.qcow2.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.image.qcow2.format.L2Entry.State;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class L2EntryTest {
    private static final ClusterGeometry V3 = new ClusterGeometry(16, 4, false, true);
    private static final ClusterGeometry V2 = new ClusterGeometry(16, 4, false, false);
    private static final ClusterGeometry EXTENDED = new ClusterGeometry(16, 4, true, true);

    private static long hex(String digits) {
        return Long.parseUnsignedLong(digits, 16);
    }

    @ParameterizedTest
    @CsvSource({
        "0, UNALLOCATED, 0, false",
        "1, ZERO, 0, false",
        "8000000000000000, UNALLOCATED, 0, true",
        "0000000000050000, DATA, 50000, false",
        "8000000000050000, DATA, 50000, true",
        "8000000000050001, ZERO, 50000, true",
        "4000000000050000, COMPRESSED, 0, false",
        "00fffffffffffe00, DATA, fffffffffffe00, false",
        "3f000000000501fe, DATA, 50000, false"
    })
    void aStandardEntryIsRead(String bits, State state, String host, boolean copied) {
        assertThat(L2Entry.state(hex(bits), 0, 0, V3)).isEqualTo(state);
        assertThat(L2Entry.host(hex(bits))).isEqualTo(hex(host));
        assertThat(L2Entry.copied(hex(bits))).isEqualTo(copied);
    }

    @ParameterizedTest
    @CsvSource({"1", "8000000000050001"})
    void version2KnowsNoZeroFlag(String bits) {
        assertThat(L2Entry.state(hex(bits), 0, 0, V2)).isEqualTo(State.INVALID);
    }

    @ParameterizedTest
    @CsvSource({
        "50000, 0000000000000000, 0, UNALLOCATED",
        "50000, 0000000000000001, 0, DATA",
        "50000, 0000000000000001, 1, UNALLOCATED",
        "50000, 0000000080000000, 31, DATA",
        "50000, 8000000000000000, 31, ZERO",
        "50000, 0000000100000001, 0, INVALID",
        "00000, 0000000000000001, 0, INVALID",
        "00000, ffffffff00000000, 17, ZERO"
    })
    void aSubclusterIsRead(String bits, String bitmap, int subcluster, State state) {
        assertThat(L2Entry.state(hex(bits), hex(bitmap), subcluster, EXTENDED)).isEqualTo(state);
    }

    @ParameterizedTest
    @CsvSource({
        "16, 50000, 512",
        "16, 5ffff, 1",
        "16, 51234, 40000",
        "9, 1fe01, 511",
        "21, 7ffffe01, 2000000"
    })
    void aCompressedEntryIsReadAsItWasMade(int clusterBits, String host, int length) {
        var geometry = new ClusterGeometry(clusterBits, 4, false, true);

        var entry = L2Entry.compressedEntry(hex(host), length, geometry);

        assertThat(L2Entry.compressed(entry)).isTrue();
        assertThat(L2Entry.copied(entry)).isFalse();
        assertThat(L2Entry.compressedHost(entry, geometry)).isEqualTo(hex(host));
        var end = hex(host) + L2Entry.compressedLength(entry, geometry);
        assertThat(end).isBetween(hex(host) + length, hex(host) + length + 511);
        assertThat(end % 512).isZero();
    }
}
