/** How services speak to their schemas. */
@NullMarked
package dev.cistern.common.sql;

import org.jspecify.annotations.NullMarked;
