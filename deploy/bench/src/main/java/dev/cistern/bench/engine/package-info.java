/** The image engine beside qemu-img. */
@NullMarked
package dev.cistern.bench.engine;

import org.jspecify.annotations.NullMarked;
