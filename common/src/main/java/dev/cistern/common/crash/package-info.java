/** Places where a test stops the process, to see that nothing is lost. */
@NullMarked
package dev.cistern.common.crash;

import org.jspecify.annotations.NullMarked;
