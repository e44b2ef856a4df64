/** What all verbs share: options, output, waiting for an operation. */
@NullMarked
package dev.cistern.cli.command;

import org.jspecify.annotations.NullMarked;
