@NullMarked
package dev.cistern.image.vmdk;

import org.jspecify.annotations.NullMarked;
