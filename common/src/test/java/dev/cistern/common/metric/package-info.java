/** Tests. */
@NullMarked
package dev.cistern.common.metric;

import org.jspecify.annotations.NullMarked;
