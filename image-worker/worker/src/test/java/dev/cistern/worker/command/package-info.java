@NullMarked
package dev.cistern.worker.command;

import org.jspecify.annotations.NullMarked;
