@NullMarked
package dev.cistern.image.storage;

import org.jspecify.annotations.NullMarked;
