package dev.cistern.image.vmdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The documentation's tables of orders are what the engine does. */
final class WorkedOrdersTest {
    private static final Path DOCUMENT =
            Path.of(System.getProperty("basedir"), "../../docs/image-orders.md");

    @ParameterizedTest
    @EnumSource(WorkedOrder.class)
    void isDoneAsTheDocumentationSays(WorkedOrder order) throws Exception {
        var table = order.table();

        assertThat(table).doesNotContain("WRONG", "?");
        assertThat(Files.readString(DOCUMENT)).contains(table);
    }
}
