@NullMarked
package dev.cistern.image.operations;

import org.jspecify.annotations.NullMarked;
