/** Clients fetch and deliver what is in volumes, over HTTP, while a command is carried out. */
@NullMarked
package dev.cistern.worker.transfer;

import org.jspecify.annotations.NullMarked;
