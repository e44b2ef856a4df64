@NullMarked
package dev.cistern.pool;

import org.jspecify.annotations.NullMarked;
