@NullMarked
package dev.cistern.cli.http;

import org.jspecify.annotations.NullMarked;
