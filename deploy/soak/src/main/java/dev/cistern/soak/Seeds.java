package dev.cistern.soak;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The inputs that the fuzzer begins with: images in order, each with a script. */
final class Seeds {
    /** A fuzzer gets nowhere with inputs that are mostly keys. */
    private static final int MOST_BYTES = 200 * 1024;

    private static final String DESCRIPTOR =
            """
            # Disk DescriptorFile
            version=1
            encoding="UTF-8"
            CID=8ad6f2b1
            parentCID=ffffffff
            createType="monolithicFlat"

            RW 256 FLAT "data" 0
            """;

    private Seeds() {}

    static void layInto(Path folder) throws IOException {
        for (var image : SoundImage.values()) {
            var bytes = image.bytes();
            if (bytes.length < MOST_BYTES) {
                for (var script = 0; script < 3; script++) {
                    write(folder, image + "-" + script, script, bytes);
                }
            }
        }
        write(folder, "vmdk-descriptor", 0, DESCRIPTOR.getBytes(StandardCharsets.UTF_8));
        write(folder, "vmdk-sparse", 0, sparse());
    }

    private static void write(Path folder, String name, int script, byte[] image)
            throws IOException {
        var bytes = ByteBuffer.allocate(Script.LENGTH + image.length);
        for (var step = 0; step < Script.LENGTH; step++) {
            bytes.put((byte) (script * 89 + step * 31));
        }
        Files.write(folder.resolve(name), bytes.put(image).array());
    }

    /** A hosted sparse extent with its descriptor in sector 1. */
    private static byte[] sparse() {
        var bytes = ByteBuffer.allocate(64 * 512).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put("KDMV".getBytes(StandardCharsets.US_ASCII)).putInt(1).putInt(3);
        bytes.putLong(256).putLong(16).putLong(1).putLong(4).putInt(512);
        bytes.putLong(8).putLong(16).putLong(32);
        bytes.put(512, DESCRIPTOR.getBytes(StandardCharsets.UTF_8));
        return bytes.array();
    }
}
