/** What is mounted on a pool's folder, by the system's own programs. */
@NullMarked
package dev.cistern.worker.mount;

import org.jspecify.annotations.NullMarked;
