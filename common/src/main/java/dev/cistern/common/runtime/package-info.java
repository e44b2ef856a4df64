/** The mechanism put together, ready for a service to run on. */
@NullMarked
package dev.cistern.common.runtime;

import org.jspecify.annotations.NullMarked;
