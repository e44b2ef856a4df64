package dev.cistern.image;

/**
 * What image to make, as usual for its format. What else a qcow2 or vmdk image can be is in {@link
 * dev.cistern.image.qcow2.Qcow2Options} and {@link dev.cistern.image.vmdk.VmdkOptions}.
 *
 * @param capacity bytes that a guest will see, a multiple of 512
 * @param preallocation how much of the space is taken at once
 */
public record CreateOptions(ImageFormat format, long capacity, Preallocation preallocation) {
    private static final int SECTOR = 512;

    /** An image that takes its space when it needs it. */
    public CreateOptions(ImageFormat format, long capacity) {
        this(format, capacity, Preallocation.OFF);
    }

    /**
     * Refuses a capacity that is not of whole sectors, and tables that the format does not have.
     */
    public CreateOptions {
        if (capacity < 0 || capacity % SECTOR != 0) {
            throw new IllegalArgumentException(
                    "a capacity of %d bytes is not a number of %d-byte sectors"
                            .formatted(capacity, SECTOR));
        }
        if (format == ImageFormat.VMDK && preallocation != Preallocation.OFF) {
            throw new IllegalArgumentException(
                    "of vmdk images only those with flat extents can be preallocated");
        }
        if (format == ImageFormat.RAW && preallocation == Preallocation.METADATA) {
            throw new IllegalArgumentException(
                    "a raw image has no metadata that could be preallocated");
        }
    }

    /**
     * An image with the defaults of its format, for a file that does not have its name yet; so none
     * of vmdk, which has that name in it.
     *
     * @param format by QEMU's name
     * @throws ImageException.Unsupported if it is no format that can be made
     */
    public static CreateOptions of(String format, long capacity) throws ImageException.Unsupported {
        return new CreateOptions(
                ImageFormat.of(format)
                        .filter(known -> known != ImageFormat.VMDK)
                        .orElseThrow(
                                () ->
                                        new ImageException.Unsupported(
                                                "images of format '%s' cannot be made; raw and qcow2 can"
                                                        .formatted(format))),
                capacity);
    }
}
