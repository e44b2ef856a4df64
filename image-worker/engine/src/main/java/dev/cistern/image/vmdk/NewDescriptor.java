package dev.cistern.image.vmdk;

import dev.cistern.image.ImageException;
import dev.cistern.image.vmdk.Descriptor.Extent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

/** Makes descriptors of new images, line by line as QEMU and VMware do. */
final class NewDescriptor {
    private static final int SECTOR = 512;
    private static final int SECTORS_PER_TRACK = 63;

    private NewDescriptor() {}

    static Descriptor of(VmdkOptions options, long capacity, List<Extent> extents)
            throws ImageException {
        var parent = options.parent();
        var text =
                """
                # Disk DescriptorFile
                version=1
                encoding="UTF-8"
                CID=%s
                parentCID=%s
                createType="%s"
                %s
                # Extent description
                %s

                # The Disk Data Base
                #DDB

                ddb.virtualHWVersion = "%s"
                ddb.geometry.cylinders = "%d"
                ddb.geometry.heads = "%d"
                ddb.geometry.sectors = "%d"
                ddb.adapterType = "%s"
                ddb.toolsVersion = "%s"
                """
                        .formatted(
                                Descriptor.hex(randomId()),
                                Descriptor.hex(
                                        parent.map(VmdkOptions.Parent::contentId)
                                                .orElse(Descriptor.NO_PARENT)),
                                options.subformat().text(),
                                parent.map(
                                                below ->
                                                        "%s=\"%s\"\n"
                                                                .formatted(
                                                                        Descriptor.PARENT_HINT,
                                                                        below.name()))
                                        .orElse(""),
                                extents.stream()
                                        .map(Extent::line)
                                        .collect(Collectors.joining("\n")),
                                options.hardwareVersion(),
                                cylinders(capacity, options.adapter().heads()),
                                options.adapter().heads(),
                                SECTORS_PER_TRACK,
                                options.adapter().text(),
                                options.toolsVersion());
        return Descriptor.parse(text, StandardCharsets.UTF_8, "the new descriptor");
    }

    /** A content id other than the one that stands for no parent. */
    static long randomId() {
        return ThreadLocalRandom.current().nextLong(1, Descriptor.NO_PARENT - 1);
    }

    static long cylinders(long capacity, int heads) {
        return capacity / ((long) SECTORS_PER_TRACK * heads * SECTOR);
    }
}
