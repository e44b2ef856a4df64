@NullMarked
package dev.cistern.image.qcow2.format;

import org.jspecify.annotations.NullMarked;
