/** How sizes, durations, tables and progress are read and written. */
@NullMarked
package dev.cistern.cli.text;

import org.jspecify.annotations.NullMarked;
