/** Tests. */
@NullMarked
package dev.cistern.common.health;

import org.jspecify.annotations.NullMarked;
