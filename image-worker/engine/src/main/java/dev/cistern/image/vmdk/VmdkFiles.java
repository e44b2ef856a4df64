package dev.cistern.image.vmdk;

import dev.cistern.image.BackingOpener;
import dev.cistern.image.DataFileOpener;

/**
 * The way to the other files of an image, as far as it may have them.
 *
 * @param below opens its parent
 * @param extents opens its extents
 * @param made makes extents that it grows by; each has its name durably
 */
public record VmdkFiles(BackingOpener below, DataFileOpener extents, NewFiles made) {}
