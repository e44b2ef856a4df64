/** Operations: accepted requests, the claims they hold, and their way to a worker and to an end. */
@NullMarked
package dev.cistern.common.operation;

import org.jspecify.annotations.NullMarked;
