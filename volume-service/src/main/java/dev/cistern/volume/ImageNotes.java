package dev.cistern.volume;

import dev.cistern.common.message.ImageOptions;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a volume's image beside its row.
 *
 * @param options what the image is like, as last seen, if it is one of qcow2
 * @param xml libvirt's XML that the volume was created from, or null
 */
public record ImageNotes(ImageOptions options, @Nullable String xml) {}
