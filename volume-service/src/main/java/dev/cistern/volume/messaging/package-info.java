/** What the service hears on Kafka. */
@NullMarked
package dev.cistern.volume.messaging;

import org.jspecify.annotations.NullMarked;
