@NullMarked
package dev.cistern.pool.xml;

import org.jspecify.annotations.NullMarked;
