/**
 * PostgreSQL and a Kafka broker run from one folder, without anything installed: for the standalone
 * program and for tests. Linux on x86-64 and arm64.
 */
@NullMarked
package dev.cistern.embedded;

import org.jspecify.annotations.NullMarked;
