package dev.cistern.image;

import java.util.Arrays;
import java.util.Optional;

/** The formats that are known, by QEMU's names. */
public enum ImageFormat {
    RAW("raw"),
    QCOW2("qcow2"),
    VMDK("vmdk");

    private final String text;

    ImageFormat(String text) {
        this.text = text;
    }

    /** QEMU's name of the format. */
    public String text() {
        return text;
    }

    /** A format by QEMU's name. */
    public static Optional<ImageFormat> of(String text) {
        return Arrays.stream(values()).filter(format -> format.text.equals(text)).findFirst();
    }
}
