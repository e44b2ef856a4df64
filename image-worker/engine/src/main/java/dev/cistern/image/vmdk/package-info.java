/** The hosted formats of VMware's virtual disks. */
@NullMarked
package dev.cistern.image.vmdk;

import org.jspecify.annotations.NullMarked;
