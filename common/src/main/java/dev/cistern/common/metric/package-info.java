/** What a process tells Prometheus of itself. */
@NullMarked
package dev.cistern.common.metric;

import org.jspecify.annotations.NullMarked;
