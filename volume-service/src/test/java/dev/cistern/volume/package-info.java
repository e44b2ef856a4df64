@NullMarked
package dev.cistern.volume;

import org.jspecify.annotations.NullMarked;
