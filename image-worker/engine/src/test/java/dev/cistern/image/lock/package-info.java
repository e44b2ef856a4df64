@NullMarked
package dev.cistern.image.lock;

import org.jspecify.annotations.NullMarked;
