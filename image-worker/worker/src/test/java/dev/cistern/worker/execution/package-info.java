@NullMarked
package dev.cistern.worker.execution;

import org.jspecify.annotations.NullMarked;
