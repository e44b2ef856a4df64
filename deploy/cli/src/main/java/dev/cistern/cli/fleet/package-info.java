/** Verbs on the installation as a whole: its nodes and its events. */
@NullMarked
package dev.cistern.cli.fleet;

import org.jspecify.annotations.NullMarked;
