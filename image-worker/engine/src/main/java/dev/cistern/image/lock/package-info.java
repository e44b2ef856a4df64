/** The locks by which QEMU and Cistern keep off each other's images. */
@NullMarked
package dev.cistern.image.lock;

import org.jspecify.annotations.NullMarked;
