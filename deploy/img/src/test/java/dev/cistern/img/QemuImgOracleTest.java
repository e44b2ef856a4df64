package dev.cistern.img;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each command line comes to the same with us as with qemu-img. */
class QemuImgOracleTest {
    @TempDir Path folder;

    static Stream<CommandLines.Scene> scenes() {
        return CommandLines.all().stream();
    }

    @ParameterizedTest
    @MethodSource("scenes")
    void comesToTheSame(CommandLines.Scene scene) throws Exception {
        var bench = Bench.in(folder);
        for (var line : scene.before()) {
            bench.prepare(line);
        }
        for (var line : scene.lines()) {
            bench.requireSame(line);
        }
        for (var image : scene.images()) {
            bench.requireSameImage(image);
        }
    }
}
