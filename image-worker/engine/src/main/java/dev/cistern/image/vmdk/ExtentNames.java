package dev.cistern.image.vmdk;

/**
 * What extents are called, as by VMware and QEMU: {@code disk-flat.vmdk}, {@code disk-s001.vmdk},
 * {@code disk-f001.vmdk} beside {@code disk.vmdk}.
 *
 * @param base of the image's name, without what comes after the last dot
 * @param suffix that, with the dot
 */
record ExtentNames(String base, String suffix) {
    static ExtentNames of(String image) {
        var dot = image.lastIndexOf('.');
        return dot < 0
                ? new ExtentNames(image, "")
                : new ExtentNames(image.substring(0, dot), image.substring(dot));
    }

    String flat() {
        return base + "-flat" + suffix;
    }

    /** One of many, the first of which is number 1. */
    String split(boolean flat, int number) {
        return "%s-%c%03d%s".formatted(base, flat ? 'f' : 's', number, suffix);
    }
}
