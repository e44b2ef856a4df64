package dev.cistern.image.qcow2.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RefcountBlockTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0, 1, 0100000000000000",
        "0, 9, 1, 0002000000000000",
        "1, 1, 3, 0c00000000000000",
        "2, 3, 10, 00a0000000000000",
        "3, 2, 255, 0000ff0000000000",
        "4, 1, 258, 0000010200000000",
        "5, 1, 4294967295, 00000000ffffffff",
        "6, 0, 81985529216486895, 0123456789abcdef"
    })
    void aCounterHasItsBits(int order, int index, long value, String bytes) {
        var block = ByteBuffer.allocate(8);

        RefcountBlock.set(block, 0, index, order, value);

        assertThat(HexFormat.of().formatHex(block.array())).isEqualTo(bytes);
        assertThat(RefcountBlock.get(block, 0, index, order)).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6})
    void countersDoNotDisturbEachOther(int order) {
        var block = ByteBuffer.allocate(64);
        var count = (64 * 8) >> order;
        var most = order == 6 ? Long.MAX_VALUE : (1L << (1 << order)) - 1;
        for (var index = 0; index < count; index++) {
            RefcountBlock.set(block, 0, index, order, most);
        }

        for (var index = 0; index < count; index += 2) {
            RefcountBlock.set(block, 0, index, order, 0);
        }

        for (var index = 0; index < count; index++) {
            assertThat(RefcountBlock.get(block, 0, index, order))
                    .isEqualTo(index % 2 == 0 ? 0 : most);
        }
    }
}
