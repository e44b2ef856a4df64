/** Traces (OpenTelemetry), and the ids that a request leaves in every log line. */
@NullMarked
package dev.cistern.common.trace;

import org.jspecify.annotations.NullMarked;
