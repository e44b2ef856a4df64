/** A handler for each command, and the frame around them. */
@NullMarked
package dev.cistern.worker.command;

import org.jspecify.annotations.NullMarked;
