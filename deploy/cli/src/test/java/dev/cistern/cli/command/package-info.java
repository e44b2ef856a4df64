@NullMarked
package dev.cistern.cli.command;

import org.jspecify.annotations.NullMarked;
