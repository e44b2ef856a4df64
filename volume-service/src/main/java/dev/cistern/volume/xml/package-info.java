/** Volumes in libvirt's words. */
@NullMarked
package dev.cistern.volume.xml;

import org.jspecify.annotations.NullMarked;
