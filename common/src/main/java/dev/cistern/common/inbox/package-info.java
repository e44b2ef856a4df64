/** Messages from Kafka handled once, however often they come. */
@NullMarked
package dev.cistern.common.inbox;

import org.jspecify.annotations.NullMarked;
