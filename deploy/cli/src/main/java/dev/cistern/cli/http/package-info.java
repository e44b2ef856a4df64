/** Requests to Cistern and what can come back. */
@NullMarked
package dev.cistern.cli.http;

import org.jspecify.annotations.NullMarked;
