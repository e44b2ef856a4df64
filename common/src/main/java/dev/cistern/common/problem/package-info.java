/** Refusals and failures as data: RFC 9457 problem details with a stable code. */
@NullMarked
package dev.cistern.common.problem;

import org.jspecify.annotations.NullMarked;
