/** The worker's ends of Kafka: commands and control in, results and heartbeats out. */
@NullMarked
package dev.cistern.worker.messaging;

import org.jspecify.annotations.NullMarked;
