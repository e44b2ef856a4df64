/** Verbs on storage pools. */
@NullMarked
package dev.cistern.cli.pool;

import org.jspecify.annotations.NullMarked;
