/** Tests. */
@NullMarked
package dev.cistern.common.message;

import org.jspecify.annotations.NullMarked;
