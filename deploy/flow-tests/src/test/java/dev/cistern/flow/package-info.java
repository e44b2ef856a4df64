/** Cistern as its users and operators meet it. */
@NullMarked
package dev.cistern.flow;

import org.jspecify.annotations.NullMarked;
