package dev.cistern.image;

import dev.cistern.image.storage.Storage;
import dev.cistern.image.storage.Zeroes;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/** How much of a new image's space is taken at once, by QEMU's words. */
public enum Preallocation {
    /** Nothing that can be had later. */
    OFF("off"),

    /** The tables are as if everything had been written; the data have holes. Not for raw. */
    METADATA("metadata"),

    /** The file system sets space for the data aside, where it can. */
    FALLOC("falloc"),

    /** Zeroes are written to the data. */
    FULL("full");

    private final String text;

    Preallocation(String text) {
        this.text = text;
    }

    /** QEMU's word. */
    public String text() {
        return text;
    }

    /**
     * Takes the space of a range that reads as zeroes. It should not lie within the storage yet:
     * what grows it takes space on every file system.
     */
    public void apply(Storage storage, long offset, long length) throws IOException {
        switch (this) {
            case OFF, METADATA -> {}
            case FALLOC -> storage.allocate(offset, length);
            case FULL -> Zeroes.write(storage, offset, length);
        }
    }

    /** A mode by QEMU's word. */
    public static Optional<Preallocation> of(String text) {
        return Arrays.stream(values()).filter(mode -> mode.text.equals(text)).findFirst();
    }
}
