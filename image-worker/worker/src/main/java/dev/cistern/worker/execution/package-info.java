/** Commands in hand: slots, lease, cancel, and the threads that carry them out. */
@NullMarked
package dev.cistern.worker.execution;

import org.jspecify.annotations.NullMarked;
