/** qemu-img's command line over the image engine. */
@NullMarked
package dev.cistern.img;

import org.jspecify.annotations.NullMarked;
