/** Verbs on operations. */
@NullMarked
package dev.cistern.cli.operation;

import org.jspecify.annotations.NullMarked;
