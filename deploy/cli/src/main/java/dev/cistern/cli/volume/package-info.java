/** Verbs on volumes. */
@NullMarked
package dev.cistern.cli.volume;

import org.jspecify.annotations.NullMarked;
