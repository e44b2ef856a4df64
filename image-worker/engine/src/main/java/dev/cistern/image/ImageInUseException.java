package dev.cistern.image;

import java.io.IOException;

/** Another process has the image open in a way that leaves no room for what was wanted. */
public final class ImageInUseException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String image;
    private final String holder;

    /**
     * The image and who has it.
     *
     * @param holder a process of this host, or that it is on another host
     */
    public ImageInUseException(String image, String holder) {
        super("%s is in use by %s".formatted(image, holder));
        this.image = image;
        this.holder = holder;
    }

    /** The file that is in use. */
    public String image() {
        return image;
    }

    /** Who has it, in words. */
    public String holder() {
        return holder;
    }
}
