package dev.cistern.image;

/**
 * What image to make.
 *
 * @param capacity bytes that a guest will see, a multiple of 512
 */
public record CreateOptions(ImageFormat format, long capacity) {
    private static final int SECTOR = 512;

    /** Refuses a capacity that is not of whole sectors. */
    public CreateOptions {
        if (capacity < 0 || capacity % SECTOR != 0) {
            throw new IllegalArgumentException(
                    "a capacity of %d bytes is not a number of %d-byte sectors"
                            .formatted(capacity, SECTOR));
        }
    }

    /**
     * An image with the defaults of its format.
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
