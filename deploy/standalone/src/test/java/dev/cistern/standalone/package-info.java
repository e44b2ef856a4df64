@NullMarked
package dev.cistern.standalone;

import org.jspecify.annotations.NullMarked;
