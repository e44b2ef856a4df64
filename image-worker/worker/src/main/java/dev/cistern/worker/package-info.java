/** The worker: its configuration, its life from start to stop, its health. */
@NullMarked
package dev.cistern.worker;

import org.jspecify.annotations.NullMarked;
