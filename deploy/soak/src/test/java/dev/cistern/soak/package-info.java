@NullMarked
package dev.cistern.soak;

import org.jspecify.annotations.NullMarked;
