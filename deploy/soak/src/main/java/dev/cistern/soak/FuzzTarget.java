package dev.cistern.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** What the fuzzer calls: an input is a script and the bytes of an image. */
public final class FuzzTarget {
    private static final Path MEMORY = Path.of("/dev/shm");

    private static final Path FOLDER = folder();

    private FuzzTarget() {}

    /** Nothing here needs to last, so it is kept in memory where that can be had as files. */
    private static Path folder() {
        try {
            var folder =
                    Files.isWritable(MEMORY)
                            ? Files.createTempDirectory(MEMORY, "cistern-fuzz-")
                            : Files.createTempDirectory("cistern-fuzz-");
            folder.toFile().deleteOnExit();
            return folder;
        } catch (IOException e) {
            throw new IllegalStateException("no folder for images could be made", e);
        }
    }

    /** Tries an input out; whatever is thrown is a finding. */
    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        if (input.length < Script.LENGTH) {
            return;
        }
        var image = Arrays.copyOfRange(input, Script.LENGTH, input.length);
        var _ =
                Trial.of(
                        FOLDER,
                        folder -> {
                            SoundImage.layOthersInto(folder);
                            Files.write(folder.resolve("image"), image);
                        },
                        Script.of(Arrays.copyOf(input, Script.LENGTH)));
    }
}
