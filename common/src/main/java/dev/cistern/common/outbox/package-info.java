/**
 * The only way from a service to Kafka: rows written with the change they tell of, and the relay
 * that sends them.
 */
@NullMarked
package dev.cistern.common.outbox;

import org.jspecify.annotations.NullMarked;
