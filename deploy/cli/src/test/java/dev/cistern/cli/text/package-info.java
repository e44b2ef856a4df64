@NullMarked
package dev.cistern.cli.text;

import org.jspecify.annotations.NullMarked;
