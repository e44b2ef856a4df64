@NullMarked
package dev.cistern.image;

import org.jspecify.annotations.NullMarked;
