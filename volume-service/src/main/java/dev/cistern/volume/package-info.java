/** Volumes: what they are, where they are, and what is told of them. */
@NullMarked
package dev.cistern.volume;

import org.jspecify.annotations.NullMarked;
