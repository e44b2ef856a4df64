/** The pool's folder and what {@code .cistern/} in it remembers. */
@NullMarked
package dev.cistern.worker.folder;

import org.jspecify.annotations.NullMarked;
