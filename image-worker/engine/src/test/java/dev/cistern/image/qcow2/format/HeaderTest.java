package dev.cistern.image.qcow2.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.image.ImageException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

final class HeaderTest {
    private static final String V3 =
            "514649fb00000003" // magic, version
                    + "0000000000000220" // backing file's name: offset
                    + "00000009" // its length
                    + "00000010" // cluster bits
                    + "0000000000500000" // size
                    + "00000000" // encryption
                    + "00000001" // L1 entries
                    + "0000000000030000" // L1 offset
                    + "0000000000010000" // refcount table
                    + "00000001" // its clusters
                    + "00000002" // snapshots
                    + "0000000000070000" // their table
                    + "0000000000000018" // incompatible: compression type, extended L2
                    + "0000000000000001" // compatible: lazy refcounts
                    + "0000000000000000" // autoclear
                    + "00000004" // refcount order
                    + "00000070" // header length
                    + "0100000000000000"; // compression type zstd

    private static ByteBuffer bytes(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex));
    }

    @Test
    void version3IsReadFieldByField() throws ImageException {
        var header = Header.decode(bytes(V3), "image");

        assertThat(header)
                .isEqualTo(
                        new Header(
                                3, 0x220, 9, 16, 5 << 20, 0, 1, 0x30000, 0x10000, 1, 2, 0x70000,
                                0x18, 1, 0, 4, 112, 1));
        assertThat(header.incompatible(Header.INCOMPATIBLE_EXTENDED_L2)).isTrue();
        assertThat(header.incompatible(Header.INCOMPATIBLE_DIRTY)).isFalse();
    }

    @Test
    void whatIsReadIsWrittenTheSame() throws ImageException {
        assertThat(Header.decode(bytes(V3), "image").encode()).isEqualTo(bytes(V3));
    }

    @Test
    void version2EndsEarlierAndHasRefcountsOf16Bits() throws ImageException {
        var v2 = V3.substring(0, 144).replaceFirst("514649fb00000003", "514649fb00000002");

        var header = Header.decode(bytes(v2), "image");

        assertThat(header.version()).isEqualTo(2);
        assertThat(header.refcountOrder()).isEqualTo(4);
        assertThat(header.incompatible()).isZero();
        assertThat(header.encode()).isEqualTo(bytes(v2));
    }

    @Test
    void aWrongFieldIsNamedWithItsPlaceAndValue() {
        var image = bytes(V3).putInt(20, 22);

        assertThatThrownBy(() -> Header.decode(image, "image"))
                .isInstanceOf(ImageException.Corrupt.class)
                .hasMessageContaining("cluster_bits at 0x14 is 22");
    }

    @Test
    void extensionsAreReadAndUnknownOnesPassedOver() throws ImageException {
        var extensions =
                HeaderExtension.decode(
                        bytes(
                                "e2792aca00000005"
                                        + "71636f7732000000" // backing format: qcow2
                                        + "1234567800000001"
                                        + "ff00000000000000" // unknown
                                        + "2385287500000018" // bitmaps
                                        + "0000000200000000"
                                        + "0000000000000040"
                                        + "00000000000a0000"
                                        + "0000000000000000"),
                        112,
                        "image");

        assertThat(extensions)
                .containsExactly(
                        new HeaderExtension.BackingFormat("qcow2"),
                        new HeaderExtension.Unknown(0x12345678, 1),
                        new HeaderExtension.Bitmaps(2, 0x40, 0xa0000));
    }

    @Test
    void theEndOfTheExtensionsIsSeenOnlyWhereItIs() {
        var two = "e2792aca00000005" + "71636f7732000000" + "1234567800000001" + "ff00000000000000";

        assertThat(HeaderExtension.endIn(bytes(two + "0000000000000000"))).isTrue();
        assertThat(HeaderExtension.endIn(bytes(two))).isFalse();
        assertThat(HeaderExtension.endIn(bytes(two + "00000000"))).isFalse();
        assertThat(HeaderExtension.endIn(bytes("12345678fffffffb" + "0000000000000000"))).isFalse();
    }

    @Test
    void aSnapshotIsReadAsItWasWritten() throws ImageException {
        var entry =
                SnapshotEntry.of(
                        0x50000,
                        3,
                        1 << 30,
                        Instant.ofEpochSecond(1_700_000_000L, 5),
                        "7",
                        "größer");
        var row = ByteBuffer.allocate(entry.length());

        entry.encode(row);

        assertThat(row.hasRemaining()).isFalse();
        assertThat(SnapshotEntry.decode(row.flip(), 0, "image")).isEqualTo(entry);
        assertThat(entry.capacity(0)).isEqualTo(1 << 30);
    }

    @Test
    void aSnapshotWithoutExtraDataHasTheImagesCapacity() throws ImageException {
        var row =
                bytes(
                        "0000000000050000"
                                + "00000001" // L1
                                + "0001"
                                + "0002" // lengths of id and name
                                + "00000000"
                                + "00000000"
                                + "0000000000000000" // times
                                + "00000003" // machine state
                                + "00000000" // extra data
                                + "31"
                                + "6162"
                                + "0000000000"); // id, name, padding

        var entry = SnapshotEntry.decode(row, 0, "image");

        assertThat(entry.id()).isEqualTo("1");
        assertThat(entry.name()).isEqualTo("ab");
        assertThat(entry.stateBytes()).isEqualTo(3);
        assertThat(entry.capacity(512)).isEqualTo(512);
        assertThat(row.hasRemaining()).isFalse();
    }
}
