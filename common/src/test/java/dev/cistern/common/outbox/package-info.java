/** Tests. */
@NullMarked
package dev.cistern.common.outbox;

import org.jspecify.annotations.NullMarked;
