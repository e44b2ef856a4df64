/** Images that are their content. */
@NullMarked
package dev.cistern.image.raw;

import org.jspecify.annotations.NullMarked;
