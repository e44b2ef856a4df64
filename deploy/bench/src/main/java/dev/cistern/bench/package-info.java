/** Benchmarks: what they have in common, and the choice of one. */
@NullMarked
package dev.cistern.bench;

import org.jspecify.annotations.NullMarked;
