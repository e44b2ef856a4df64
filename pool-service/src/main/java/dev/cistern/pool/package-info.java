/** Storage pools: what they are, what may be done to them, and who does it. */
@NullMarked
package dev.cistern.pool;

import org.jspecify.annotations.NullMarked;
