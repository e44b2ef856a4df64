@NullMarked
package dev.cistern.worker.messaging;

import org.jspecify.annotations.NullMarked;
