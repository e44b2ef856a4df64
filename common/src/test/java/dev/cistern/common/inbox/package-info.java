/** Tests. */
@NullMarked
package dev.cistern.common.inbox;

import org.jspecify.annotations.NullMarked;
