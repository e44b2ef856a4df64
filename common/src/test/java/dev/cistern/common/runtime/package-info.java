/** Tests. */
@NullMarked
package dev.cistern.common.runtime;

import org.jspecify.annotations.NullMarked;
