/** Tests. */
@NullMarked
package dev.cistern.common.trace;

import org.jspecify.annotations.NullMarked;
