@NullMarked
package dev.cistern.worker;

import org.jspecify.annotations.NullMarked;
