/** What the service hears on Kafka. */
@NullMarked
package dev.cistern.pool.messaging;

import org.jspecify.annotations.NullMarked;
