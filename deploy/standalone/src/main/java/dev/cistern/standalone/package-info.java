/** All of Cistern in one process: {@code ./cistern up}. */
@NullMarked
package dev.cistern.standalone;

import org.jspecify.annotations.NullMarked;
