/**
 * The structures of qcow2 as they are on disk, big-endian, without any input or output. Sections
 * named in quotes are those of the qcow2 specification (QEMU, docs/interop/qcow2.txt).
 *
 * <p>A number says its space by its name: a <em>guest</em> offset is one that a guest sees, a
 * <em>host</em> offset one in the image's file; both are in bytes.
 */
@NullMarked
package dev.cistern.image.qcow2.format;

import org.jspecify.annotations.NullMarked;
