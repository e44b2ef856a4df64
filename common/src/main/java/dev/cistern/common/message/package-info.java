/**
 * The published language: what services and workers say to each other, and how it is written on
 * Kafka.
 */
@NullMarked
package dev.cistern.common.message;

import org.jspecify.annotations.NullMarked;
