/** Tests. */
@NullMarked
package dev.cistern.common.operation;

import org.jspecify.annotations.NullMarked;
