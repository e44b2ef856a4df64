@NullMarked
package dev.cistern.worker.mount;

import org.jspecify.annotations.NullMarked;
