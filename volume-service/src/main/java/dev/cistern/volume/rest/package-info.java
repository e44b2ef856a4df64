/** The HTTP interface of volumes. */
@NullMarked
package dev.cistern.volume.rest;

import org.jspecify.annotations.NullMarked;
