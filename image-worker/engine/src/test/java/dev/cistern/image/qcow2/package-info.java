@NullMarked
package dev.cistern.image.qcow2;

import org.jspecify.annotations.NullMarked;
