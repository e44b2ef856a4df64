/** Tests with qemu-img as the judge. */
@NullMarked
package dev.cistern.img;

import org.jspecify.annotations.NullMarked;
