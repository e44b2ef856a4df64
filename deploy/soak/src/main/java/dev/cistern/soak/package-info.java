/** Long trials of Cistern's parts, run by hand. */
@NullMarked
package dev.cistern.soak;

import org.jspecify.annotations.NullMarked;
