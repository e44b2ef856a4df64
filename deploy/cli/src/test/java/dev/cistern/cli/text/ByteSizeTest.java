package dev.cistern.cli.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ByteSizeTest {
    @ParameterizedTest
    @CsvSource({
        "0,0",
        "512,512",
        "512B,512",
        "512bytes,512",
        "1k,1024",
        "1K,1024",
        "1KiB,1024",
        "1kib,1024",
        "1KB,1000",
        "2M,2097152",
        "2MiB,2097152",
        "2MB,2000000",
        "1G,1073741824",
        "10 GiB,10737418240",
        "1GB,1000000000",
        "1T,1099511627776",
        "1TB,1000000000000",
        "1P,1125899906842624",
        "1PB,1000000000000000",
        "7E,8070450532247928832",
        "9EB,9000000000000000000",
        "9223372036854775807,9223372036854775807"
    })
    void readsVirshsUnits(String text, long bytes) {
        assertThat(ByteSize.parse(text).bytes()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "G",
                "-1",
                "+1",
                "1.5G",
                "1Q",
                "1GiBs",
                "1 G B",
                "8E",
                "10EB",
                "9223372036854775808",
                "99999999999999999999G",
                "٣"
            })
    void refusesTheRest(String text) {
        assertThatThrownBy(() -> ByteSize.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "0,0.00 B",
        "1023,1023.00 B",
        "1024,1.00 KiB",
        "200704,196.00 KiB",
        "1610612736,1.50 GiB",
        "9223372036854775807,8.00 EiB"
    })
    void writesTheLargestUnit(long bytes, String text) {
        assertThat(new ByteSize(bytes).human()).isEqualTo(text);
    }
}
