/** Disk images: what they are, and how they are made. */
@NullMarked
package dev.cistern.image;

import org.jspecify.annotations.NullMarked;
