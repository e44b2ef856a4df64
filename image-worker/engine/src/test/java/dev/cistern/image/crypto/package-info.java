@NullMarked
package dev.cistern.image.crypto;

import org.jspecify.annotations.NullMarked;
