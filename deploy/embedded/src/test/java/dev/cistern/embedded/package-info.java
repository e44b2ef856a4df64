@NullMarked
package dev.cistern.embedded;

import org.jspecify.annotations.NullMarked;
